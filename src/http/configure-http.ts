import { Reflector } from '@nestjs/core';
import { StandardSchemaSerializerInterceptor } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import cookieParser from 'cookie-parser';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { z } from 'zod';
import { AppError } from '../common/app-error.js';
import type { Settings } from '../common/env.js';
import { serveOpenApi } from './openapi.js';
import { plainMessage } from './plain-messages.js';
import { ProblemFilter, validationPipe } from './problem.js';
import { nonceOf, serveWeb } from './web.js';

/** The largest body a request may have; the largest of ours is a ring group's list of members. */
const LARGEST_BODY = '64kb';

/** Sets up everything about the web side that is no route. To be called once, before `listen`. */
export function configureHttp(app: NestExpressApplication, settings: Settings): void {
  // A reverse proxy on this machine says who asks; nobody else is believed.
  app.set('trust proxy', 'loopback');
  app.set('query parser', 'simple');
  app.disable('x-powered-by');
  app.use(security(settings));
  app.use(cookieParser());
  app.use(jsonAlone);
  app.useBodyParser('json', { limit: LARGEST_BODY });
  app.use('/api', (_: Request, response: Response, next: NextFunction) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  z.config({ customError: plainMessage });
  app.useGlobalPipes(validationPipe());
  app.useGlobalInterceptors(new StandardSchemaSerializerInterceptor(app.get(Reflector)));
  app.useGlobalFilters(new ProblemFilter());
  serveWeb(app);
  serveOpenApi(app);
}

const security = (settings: Settings) =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // The components set their measures in style elements of their own.
        styleSrc: ["'self'", (_, response) => `'nonce-${nonceOf(response as Response)}'`],
        mediaSrc: ["'self'", 'blob:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
      },
    },
    // On loopback there is no TLS to insist on, and every other service of localhost would be held to it as well.
    strictTransportSecurity: settings.loopbackOnly ? false : undefined,
    referrerPolicy: { policy: 'no-referrer' },
  });

/** A prompt that is uploaded: its route reads it by itself. */
const isSound = (request: Request): boolean =>
  request.method === 'PUT' && request.path.startsWith('/api/v1/prompts/') && request.is('audio/*') !== false;

/** Forms of other sites can send only the types that need no preflight; none of them is read here. */
function jsonAlone(request: Request, _: Response, next: NextFunction): void {
  const length = request.headers['content-length'];
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
  if (hasBody && !request.is('application/json') && !isSound(request)) {
    return next(
      new AppError('unsupported-media-type', 'a body is application/json', {
        httpStatus: 415,
        blame: 'caller',
      }),
    );
  }
  next();
}
