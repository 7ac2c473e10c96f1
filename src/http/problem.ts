import {
  Catch,
  HttpException,
  StandardSchemaValidationPipe,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { Response } from 'express';
import { STATUS_CODES } from 'node:http';
import { AppError, messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import type { Problem } from '../contracts/problem.js';
import { whyFailed } from '../database/database-errors.js';

/** Input that the route's schema refuses; one entry per field. */
export class InputError extends AppError {
  constructor(readonly errors: { field: string; message: string }[]) {
    super('invalid-input', errors.map(({ field, message }) => `${field}: ${message}`).join('; '), {
      httpStatus: 400,
      blame: 'caller',
    });
  }
}

/** Something that is not there, or that the person asking may not know of: the answer is the same. */
export class NotFound extends AppError {
  constructor(what: string) {
    super('not-found', `there is no such ${what}`, { httpStatus: 404, blame: 'caller' });
  }
}

/** An answer that says when to come again (RFC 9110 §10.2.3). */
export class RetryLater extends AppError {
  constructor(
    code: string,
    message: string,
    httpStatus: 429 | 503,
    readonly retryAfterS: number,
  ) {
    super(code, message, { httpStatus, blame: 'caller' });
  }
}

/** Every route's input against its zod schema; values arrive as the schema turns them out. */
export const validationPipe = (): StandardSchemaValidationPipe =>
  new StandardSchemaValidationPipe({
    exceptionFactory: (issues) =>
      new InputError(
        issues.slice(0, 20).map((issue) => ({
          field: (issue.path ?? [])
            .map((part) => String(typeof part === 'object' ? part.key : part))
            .join('.'),
          message: issue.message,
        })),
      ),
  });

/** Answers every error as application/problem+json (RFC 9457); what is our own fault is logged, not told. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const problem = problemOf(error);
    if (problem.status >= 500) {
      log('http').error({ error: messageOf(error), stack: error instanceof Error ? error.stack : undefined });
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error instanceof RetryLater) response.setHeader('Retry-After', String(error.retryAfterS));
    if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  }
}

/** @returns the problem document for anything thrown */
export function problemOf(error: unknown): Problem {
  if (error instanceof AppError) {
    const errors =
      error instanceof InputError
        ? error.errors
        : error.field === undefined
          ? undefined
          : [{ field: error.field, message: error.message }];
    return problem(error.httpStatus, error.code, error.message, errors);
  }
  if (error instanceof HttpException) {
    return problem(error.getStatus(), kebab(STATUS_CODES[error.getStatus()]), error.message);
  }
  const status = statusOfExpress(error);
  if (status !== undefined) return problem(status, kebab(STATUS_CODES[status]), messageOf(error));
  if (whyFailed(error) === 'away') {
    return problem(503, 'database-away', 'the database does not answer: try again in a moment');
  }
  return problem(500, 'internal', 'this should not have happened; the log of the server says more');
}

function problem(status: number, code: string, detail: string, errors?: Problem['errors']): Problem {
  return {
    type: `urn:linekeeper:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    ...(errors && { errors }),
  };
}

const kebab = (title = 'error') => title.toLowerCase().replace(/[^a-z]+/g, '-');

/** Errors of express's own parsers: a body too large, JSON that is none, a path that is not percent-encoded. */
function statusOfExpress(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  return error.status >= 400 && error.status < 500 ? error.status : undefined;
}
