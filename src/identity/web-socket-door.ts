import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import cookieParser from 'cookie-parser';
import type { Request, Response } from 'express';
import type { Person } from '../contracts/identity.js';
import type { Identity } from './identity.js';
import { fromOurPages, tokenOf } from './rights.guard.js';

const readCookies = cookieParser();

export type Admission = { person: Person; token: string } | { refused: '401 Unauthorized' | '403 Forbidden' };

/** The path that a WebSocket is asked for at, and its query. */
export const addressOf = (request: IncomingMessage): URL => new URL(request.url ?? '/', 'http://localhost');

/** Who asks for a WebSocket: by bearer token, or by the cookie from a page of this server. */
export async function admit(identity: Identity, request: IncomingMessage): Promise<Admission> {
  const asked = withCookies(request);
  const given = tokenOf(asked);
  const person = given && (await identity.personOf(given.token));
  if (!given || !person) return { refused: '401 Unauthorized' };
  // A page of another site can open a WebSocket with the browser's cookie; only its Origin tells.
  if (given.by === 'cookie' && !fromOurPages(asked)) return { refused: '403 Forbidden' };
  return { person, token: given.token };
}

/** Answers an upgrade that is not granted. */
export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function withCookies(request: IncomingMessage): Request {
  readCookies(request as Request, {} as Response, () => undefined);
  return request as Request;
}
