import { applyDecorators, HttpCode, SerializeOptions } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { problemSchema } from '../contracts/problem.js';

/**
 * What a route answers. The answer is passed through the schema, which drops every field that it does not name: a
 * query that reads a column too many shows nobody anything.
 */
export const Answers = (schema: z.ZodType, status = 200): MethodDecorator =>
  applyDecorators(
    HttpCode(status),
    SerializeOptions({ schema }),
    ApiResponse({ status, standardSchema: schema }),
    AnswersProblems(),
  );

/** A route that answers with nothing but its status. */
export const AnswersNothing = (): MethodDecorator =>
  applyDecorators(HttpCode(204), ApiResponse({ status: 204 }), AnswersProblems());

export const AnswersProblems = (): MethodDecorator =>
  ApiResponse({
    status: 'default',
    description: 'What went wrong (RFC 9457)',
    standardSchema: problemSchema,
  });
