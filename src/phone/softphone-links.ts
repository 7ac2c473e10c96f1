import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import type { SoftphoneForm } from '../contracts/softphone-link.js';
import { Database } from '../database/database.js';
import { NotFound, RetryLater } from '../http/problem.js';
import { tokenHashOf } from '../identity/identity.js';
import { Ledger } from '../ledger/ledger.js';
import type { Actor } from '../provisioning/changes.js';
import { FailureLimit } from '../sip/failure-limit.js';

/** How long a link holds: from the screen to the phone beside it. */
const LIFE_S = 600;
/** For so long it is still known what became of a link. */
const REMEMBERED = '1 day';
/** Wrong tokens of one address within the window until no more is looked at. */
const WRONG_TOKENS = 20;
const WINDOW_S = 900;

export interface MadeLink {
  /** 192 random bits, base64url; the database keeps a hash. */
  token: string;
  expiresAt: Date;
  holdsS: number;
}

/** Who fetches by a link. */
export interface Fetching {
  form: SoftphoneForm;
  /** The address that it asks from. */
  source: string;
  userAgent: string | undefined;
}

interface Link {
  company_id: string;
  extension_id: string;
  expires_at: Date;
  used_at: Date | null;
}

/** Links by which a softphone fetches its account: each holds ten minutes and is good for one softphone. */
@Injectable()
export class SoftphoneLinks {
  private readonly wrong = new FailureLimit(WRONG_TOKENS, WINDOW_S * 1000);

  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
  ) {}

  /** What was made for the extension before and not used holds no more. */
  async make(actor: Actor, extensionId: string): Promise<MadeLink> {
    const { companyId } = actor;
    const token = randomBytes(24).toString('base64url');
    const expiresAt = new Date(clock.now() + LIFE_S * 1000);
    await this.database.transaction(companyId, async (tx) => {
      await tx.query(
        `DELETE FROM softphone_link
         WHERE extension_id = $1 AND used_at IS NULL OR expires_at < $2::timestamptz - $3::interval`,
        [extensionId, new Date(clock.now()), REMEMBERED],
      );
      await tx.query(
        'INSERT INTO softphone_link (token_hash, company_id, extension_id, expires_at) VALUES ($1, $2, $3, $4)',
        [tokenHashOf(token), companyId, extensionId, expiresAt],
      );
      await this.ledger.append(tx, {
        id: newId(),
        companyId,
        kind: 'softphone.link-made',
        at: clock.iso(),
        actor: actor.name,
        data: { extensionId, expiresAt: expiresAt.toISOString() },
      });
    });
    return { token, expiresAt, holdsS: LIFE_S };
  }

  /**
   * Uses a link up, and writes down who did, before anything is handed over.
   * @returns whose account it hands over
   * @throws RetryLater (429) after too many wrong tokens; NotFound for one that was never given; AppError 410 for one
   *   that was used or has run out
   */
  async use(token: string, fetching: Fetching): Promise<{ companyId: string; extensionId: string }> {
    this.demandPatience(fetching.source);
    const tokenHash = tokenHashOf(token);
    const [link] = await this.database.transaction('*', (tx): Promise<Link[]> =>
      tx.query(
        'SELECT company_id, extension_id, expires_at, used_at FROM softphone_link WHERE token_hash = $1',
        [tokenHash],
      ),
    );
    if (!link) {
      this.wrong.failed(fetching.source);
      throw new NotFound('link');
    }
    if (link.used_at) throw usedUp();
    if (link.expires_at.getTime() <= clock.now()) throw gone('link-ended', 'has run out');
    await this.take(tokenHash, link, fetching);
    return { companyId: link.company_id, extensionId: link.extension_id };
  }

  private demandPatience(source: string): void {
    if (!this.wrong.isExceeded(source)) return;
    const message = `too many wrong links from here: the next one is read in ${WINDOW_S / 60} minutes`;
    throw new RetryLater('too-many-tries', message, 429, WINDOW_S);
  }

  /** Of two that fetch at once one gets it. */
  private async take(tokenHash: Buffer, link: Link, { form, source, userAgent }: Fetching): Promise<void> {
    const { company_id: companyId, extension_id: extensionId } = link;
    const now = new Date(clock.now());
    await this.database.transaction(companyId, async (tx) => {
      const [rows]: [unknown[]] = await tx.query(
        'UPDATE softphone_link SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL RETURNING extension_id',
        [tokenHash, now],
      );
      if (rows.length === 0) throw usedUp();
      await this.ledger.append(tx, {
        id: newId(),
        companyId,
        kind: 'softphone.link-used',
        at: now.toISOString(),
        actor: 'system',
        data: { extensionId, form, source, userAgent: userAgent?.slice(0, 120) ?? null },
      });
    });
  }
}

const usedUp = () => gone('link-used', 'was used');

const gone = (code: string, what: string) =>
  new AppError(code, `this link ${what}: an administrator makes a new one`, {
    httpStatus: 410,
    blame: 'caller',
  });
