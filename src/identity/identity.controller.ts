import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { z } from 'zod';
import {
  meResponse,
  passwordChange,
  signInRequest,
  signInResponse,
  type PasswordChange,
  type Person,
} from '../contracts/identity.js';
import { rightsTable, type RightsTable } from '../contracts/rights.js';
import { Answers, AnswersNothing } from '../http/answers.js';
import { Identity } from './identity.js';
import { Asking, OpenToAnyone, RequireRight, type SignedInRequest } from './require-right.js';
import { COOKIE } from './rights.guard.js';
import { RIGHTS, rightsOf, type Right } from './rights.js';

@ApiTags('identity')
@Controller('api/v1')
export class IdentityController {
  constructor(private readonly identity: Identity) {}

  @Post('sign-in')
  @OpenToAnyone('it is how one signs in')
  @Answers(signInResponse)
  async signIn(
    @Body({ schema: signInRequest }) { email, password }: z.infer<typeof signInRequest>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<z.infer<typeof signInResponse>> {
    const { token, expiresAt, user } = await this.identity.signIn(email, password, request.ip ?? 'unknown');
    response.cookie(COOKIE, token, { ...cookieFor(request), expires: expiresAt });
    return { token, expiresAt: expiresAt.toISOString(), user };
  }

  @Post('sign-out')
  @RequireRight('own-account')
  @AnswersNothing()
  async signOut(
    @Req() request: SignedInRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    await this.identity.signOut(request.token);
    response.clearCookie(COOKIE, cookieFor(request));
  }

  @Post('me/password')
  @RequireRight('own-account')
  @AnswersNothing()
  changePassword(
    @Asking() person: Person,
    @Body({ schema: passwordChange }) change: PasswordChange,
    @Req() request: SignedInRequest,
  ): Promise<void> {
    return this.identity.changePassword(person, request.token, change, request.ip ?? 'unknown');
  }

  @Get('rights')
  @RequireRight('people.read')
  @Answers(rightsTable)
  rights(): RightsTable {
    return {
      items: (Object.keys(RIGHTS) as Right[]).map((right) => ({ right, roles: [...RIGHTS[right]] })),
    };
  }

  @Get('me')
  @RequireRight('own-account')
  @Answers(meResponse)
  me(@Asking() person: Person): z.infer<typeof meResponse> {
    return { ...person, rights: rightsOf(person.role) };
  }
}

const cookieFor = (request: Request) =>
  ({ httpOnly: true, sameSite: 'strict', secure: request.secure, path: '/' }) as const;
