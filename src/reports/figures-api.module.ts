import { Module } from '@nestjs/common';
import { FiguresController } from './figures.controller.js';
import { FiguresQueries } from './figures.query.js';

@Module({ controllers: [FiguresController], providers: [FiguresQueries] })
export class FiguresApiModule {}
