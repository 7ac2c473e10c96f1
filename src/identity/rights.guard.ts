import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { AppError } from '../common/app-error.js';
import { Identity } from './identity.js';
import { demandRight, forbidden, type Right } from './rights.js';
import { OPEN, RIGHT, type SignedInRequest } from './require-right.js';

export const COOKIE = 'linekeeper';

/** Stands before every route. */
@Injectable()
export class RightsGuard implements CanActivate {
  constructor(
    private readonly identity: Identity,
    private readonly reflector: Reflector,
  ) {}

  /** @throws AppError 401 for nobody, 403 for somebody without the right or from another site */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    const handler = context.getHandler();
    if (this.reflector.get<string | undefined>(OPEN, handler) !== undefined) return true;
    const right = this.reflector.get<Right | undefined>(RIGHT, handler);
    if (right === undefined) throw forbidden('this route names no right, so nobody has it');
    const given = tokenOf(request);
    const person = given && (await this.identity.personOf(given.token));
    if (given === undefined || person === undefined) {
      throw new AppError('not-signed-in', 'sign in first: POST /api/v1/sign-in', {
        httpStatus: 401,
        blame: 'caller',
      });
    }
    if (given.by === 'cookie' && changes(request) && !fromOurPages(request)) {
      throw forbidden('a change by cookie comes from the pages of this server alone');
    }
    demandRight(person, right);
    request.person = person;
    request.token = given.token;
    return true;
  }
}

/** The bearer token before the cookie: a program that sends one means it. */
export function tokenOf(request: Request): { token: string; by: 'bearer' | 'cookie' } | undefined {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() === 'bearer' && token) return { token, by: 'bearer' };
  const cookie: unknown = (request.cookies as Record<string, unknown> | undefined)?.[COOKIE];
  return typeof cookie === 'string' && cookie !== '' ? { token: cookie, by: 'cookie' } : undefined;
}

// RFC 9110 §9.2.1: the safe methods.
const changes = (request: Request) => !['GET', 'HEAD', 'OPTIONS'].includes(request.method);

/**
 * Whether the browser says that the request comes from our own origin. SameSite=Strict lets other ports and
 * sub-domains of the site through; this does not. Without either header the answer is no: every browser of the last
 * years sends Origin with a change.
 */
export function fromOurPages(request: Request): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = request.headers;
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}
