import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Person } from '../contracts/identity.js';
import type { Right } from './rights.js';

export const RIGHT = 'linekeeper:right';
export const OPEN = 'linekeeper:open';

/** What a person must be allowed to, to take this route. A route without this and without OpenToAnyone is shut. */
export const RequireRight = (right: Right): MethodDecorator =>
  applyDecorators(SetMetadata(RIGHT, right), ApiBearerAuth());

/** A route for people who have not signed in. @param why they may take it */
export const OpenToAnyone = (why: string): MethodDecorator => SetMetadata(OPEN, why);

/** A request of someone the guard has let in. */
export interface SignedInRequest extends Request {
  person: Person;
  token: string;
}

/** The person asking. */
export const Asking = createParamDecorator(
  (_: unknown, context: ExecutionContext): Person =>
    context.switchToHttp().getRequest<SignedInRequest>().person,
);
