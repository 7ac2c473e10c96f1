import { setTimeout as pause } from 'node:timers/promises';
import type { CallView } from '../contracts/calls.js';
import type { FollowUpView } from '../contracts/follow-ups.js';
import { AppError } from '../common/app-error.js';

const WRITTEN_WITHIN_MS = 15_000;

/** Reads calls and follow-ups through the REST interface, as any program may. */
export class LedgerReader {
  private constructor(
    private readonly web: string,
    private readonly token: string,
  ) {}

  /** @throws AppError where the sign-in is refused */
  static async signIn(web: string, who: { email: string; password: string }): Promise<LedgerReader> {
    const response = await fetch(`${web}/api/v1/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(who),
    });
    if (!response.ok) {
      throw new AppError(
        'sign-in',
        `${who.email} may not sign in at ${web}: give ADMIN_EMAIL and ADMIN_PASSWORD`,
      );
    }
    return new LedgerReader(web, ((await response.json()) as { token: string }).token);
  }

  /** Waits until this many calls since then are ended. @returns them, oldest first */
  async endedCalls(since: string, count: number): Promise<CallView[]> {
    const deadline = performance.now() + WRITTEN_WITHIN_MS;
    for (;;) {
      const calls = await this.items<CallView>(`/calls?from=${encodeURIComponent(since)}&limit=200`);
      const ended = calls.filter(({ endedAt }) => endedAt !== null);
      if (ended.length >= count) return ended.reverse();
      if (performance.now() > deadline) {
        throw new AppError(
          'not-written',
          `${count} calls were played, ${ended.length} are ended in the ledger`,
        );
      }
      await pause(200);
    }
  }

  /** Open and closed. */
  async followUps(): Promise<FollowUpView[]> {
    const [open, closed] = await Promise.all(
      ['open', 'closed'].map((state) => this.items<FollowUpView>(`/follow-ups?state=${state}&limit=200`)),
    );
    return [...(open ?? []), ...(closed ?? [])];
  }

  private async items<T>(path: string): Promise<T[]> {
    const response = await fetch(`${this.web}/api/v1${path}`, {
      headers: { authorization: `Bearer ${this.token}` },
    });
    if (!response.ok) throw new AppError('rest', `GET ${path} was answered ${response.status}`);
    return ((await response.json()) as { items: T[] }).items;
  }
}
