import { Controller, Delete, Get, Param, Put, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { AppError } from '../common/app-error.js';
import type { Person } from '../contracts/identity.js';
import {
  promptList,
  promptParameters,
  promptSchema,
  type PromptParameters,
  type PromptView,
} from '../contracts/prompts.js';
import { Answers, AnswersNothing, AnswersProblems } from '../http/answers.js';
import { NotFound } from '../http/problem.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { actorOf } from '../provisioning/changes.js';
import { OwnPrompts } from './own-prompts.js';
import { LARGEST_UPLOAD, promptSound } from './prompt-sound.js';
import { Prompts } from './prompts.js';

const BINARY = { type: 'string', format: 'binary' } as const;

@ApiTags('prompts')
@Controller('api/v1/prompts')
export class PromptsController {
  constructor(
    private readonly prompts: Prompts,
    private readonly own: OwnPrompts,
  ) {}

  /** Those of the company's own first, then by name. */
  @Get()
  @RequireRight('provisioning.read')
  @Answers(promptList)
  list(@Asking() { companyId }: Person): z.infer<typeof promptList> {
    const keyOf = ({ own, name, language }: PromptView) => `${own ? 0 : 1} ${name} ${language}`;
    const items = this.prompts
      .of(companyId)
      .map(({ language, name, durationMs, own }) => ({
        language,
        name,
        durationMs,
        own,
        greets: this.own.greetedWith(companyId, name),
      }))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    return { items };
  }

  @Get(':language/:name/audio')
  @RequireRight('provisioning.read')
  @ApiProduces('audio/wav')
  @ApiResponse({ status: 200, schema: BINARY })
  @AnswersProblems()
  async listen(
    @Asking() { companyId }: Person,
    @Param({ schema: promptParameters }) { language, name }: PromptParameters,
    @Res() response: Response,
  ): Promise<void> {
    const prompt = this.prompts.of(companyId).find((one) => one.language === language && one.name === name);
    if (!prompt) throw new NotFound('prompt');
    response.type('audio/wav');
    await new Promise<void>((done) => response.sendFile(prompt.path, { dotfiles: 'allow' }, () => done()));
  }

  /** Uploads a WAV file, which is made 8 kHz and mono; one of the same name and language is replaced. */
  @Put(':language/:name')
  @RequireRight('provisioning.change')
  @ApiConsumes('audio/wav')
  @ApiBody({ schema: BINARY })
  @Answers(promptSchema)
  async put(
    @Asking() person: Person,
    @Param({ schema: promptParameters }) { language, name }: PromptParameters,
    @Req() request: Request,
  ): Promise<PromptView> {
    const sound = await promptSound(await bodyOf(request));
    await this.own.put(actorOf(person), { language, name }, sound);
    const greets = this.own.greetedWith(person.companyId, name);
    return { language, name, durationMs: sound.durationMs, own: true, greets };
  }

  @Delete(':language/:name')
  @RequireRight('provisioning.change')
  @AnswersNothing()
  remove(
    @Asking() person: Person,
    @Param({ schema: promptParameters }) parameters: PromptParameters,
  ): Promise<void> {
    return this.own.remove(actorOf(person), parameters);
  }
}

/** @throws AppError 413 as soon as it is more than an upload may be */
function bodyOf(request: Request): Promise<Buffer> {
  return new Promise((done, fail) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const refuse = () => {
      request.removeAllListeners('data').resume(); // what still comes is let go, so that the answer is read
      fail(
        new AppError('too-large', `is larger than ${LARGEST_UPLOAD / 1024 / 1024} MB`, {
          httpStatus: 413,
          blame: 'caller',
          field: 'sound',
        }),
      );
    };
    if (Number(request.headers['content-length'] ?? 0) > LARGEST_UPLOAD) return refuse();
    request.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > LARGEST_UPLOAD) refuse();
    });
    request.once('end', () => done(Buffer.concat(chunks)));
    request.once('error', fail);
  });
}
