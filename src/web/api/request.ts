import type { Problem } from '../../contracts/problem.js';
import type { Endpoint } from './endpoints.js';

type Value = string | number | boolean | null | undefined;

/** What the server refused, or that it did not answer (status 0). */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    /** What is wrong with which field of the input: of some more than one thing. */
    readonly fields: Readonly<Record<string, readonly string[]>> = {},
    /** Seconds after which to come again, where the server says so. */
    readonly retryAfterS?: number,
  ) {
    super(detail);
  }
}

/** Told whenever the server says that nobody is signed in. */
export const signedOut = new EventTarget();

/**
 * Asks the server. Of a reading, `input` is the query; of a change it is the body, as JSON or, where it is a Blob, as a sound.
 * @throws RequestError
 */
export async function request<Answer, Input>(
  endpoint: Endpoint<Answer, Input>,
  { params = {}, input, signal }: { params?: Record<string, string>; input?: Input; signal?: AbortSignal },
): Promise<Answer> {
  const { method, path } = endpoint;
  const isRead = method === 'GET';
  const isSound = input instanceof Blob;
  const body = isRead || input === undefined ? undefined : isSound ? input : JSON.stringify(input);
  const response = await answerTo(urlOf(path, params, isRead ? input : undefined), {
    method,
    ...(signal && { signal }),
    ...(body !== undefined && {
      body,
      headers: { 'Content-Type': isSound ? 'audio/wav' : 'application/json' },
    }),
  });
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Answer;
  if (response.status === 401) signedOut.dispatchEvent(new Event('signed-out'));
  throw await errorOf(response);
}

/** A path under /api/v1 with its parameters and query. */
export function urlOf(path: string, params: Record<string, string>, query: unknown): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const given = Object.entries((query ?? {}) as Record<string, Value>).flatMap(([name, value]) =>
    value === undefined || value === null || value === '' ? [] : [[name, String(value)]],
  );
  const search = new URLSearchParams(given).toString();
  return `/api/v1${filled}${search && `?${search}`}`;
}

async function answerTo(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new RequestError(0, 'no-answer', 'no-answer');
  }
}

async function errorOf(response: Response): Promise<RequestError> {
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  const wait = Number(response.headers.get('Retry-After'));
  return new RequestError(
    response.status,
    problem.type?.split(':').at(-1) ?? 'error',
    problem.detail ?? response.statusText,
    fieldsOf(problem.errors ?? []),
    wait > 0 ? wait : undefined,
  );
}

function fieldsOf(errors: NonNullable<Problem['errors']>): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  for (const { field, message } of errors) (fields[field] ??= []).push(message);
  return fields;
}
