import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { Person } from '../contracts/identity.js';
import type { SupervisionMode } from '../contracts/live.js';
import { Database } from '../database/database.js';
import { NotFound } from '../http/problem.js';
import { readPeople } from '../identity/people.query.js';
import type { MediaServer } from '../media/media-server.js';
import type { ExtensionConfig } from '../provisioning/config.js';
import type { DeviceInvite } from '../sip/inbound-invite.js';
import { LiveFeed } from './live-feed.js';
import { CallLegs } from './call-legs.js';
import { noExtension } from './no-extension.js';
import { SupervisionLedger } from './supervision-ledger.js';
import { hindranceOf, mayTakePart, type Hindrance, type Supervisor } from './supervisor.js';
import { viewerOf } from './viewer.js';
import type { WatchedCall } from './watched-call.js';

const PROBLEMS: Readonly<Record<Hindrance, { status: number; message: string }>> = {
  'no-right': { status: 403, message: 'your role has not the right to take part in calls so' },
  'no-such-call': { status: 404, message: 'there is no such call going on' },
  'own-call': { status: 409, message: 'it is your own call' },
  'not-answered': { status: 409, message: 'nobody has answered the call yet: try again when they talk' },
};

/** Who may take part in what. */
@Injectable()
export class SuperviseAccess {
  constructor(
    private readonly feed: LiveFeed,
    private readonly database: Database,
    private readonly legs: CallLegs,
    private readonly ledger: SupervisionLedger,
  ) {}

  async serverOf({ audience, view }: WatchedCall): Promise<MediaServer | undefined> {
    return (await this.legs.find(audience.companyId, view.id))?.server;
  }

  /** @returns undefined, and it is written, where he may not */
  async byShortNumber(
    { extension }: DeviceInvite,
    mode: SupervisionMode,
    shortNumber: number,
  ): Promise<{ supervisor: Supervisor; call: WatchedCall } | undefined> {
    const call = this.feed.byShortNumber(extension.companyId, shortNumber);
    const person = await this.personAt(extension);
    if (!call || !person) return undefined;
    const supervisor = { ...person, extension };
    const hindrance = hindranceOf(supervisor, viewerOf(person), call, mode);
    if (!hindrance) return { supervisor, call };
    await this.ledger.write('supervision.refused', supervisor, call, { mode, reason: hindrance });
    return undefined;
  }

  async byId(
    person: Person,
    callId: string,
    mode: SupervisionMode,
  ): Promise<{ supervisor: Supervisor; call: WatchedCall }> {
    const supervisor = withExtension(person);
    const call = this.feed.get(callId);
    const hindrance = hindranceOf(supervisor, viewerOf(person), call, mode);
    if (call && !hindrance) return { supervisor, call };
    if (call && hindrance && call.audience.companyId === person.companyId)
      await this.ledger.write('supervision.refused', supervisor, call, { mode, reason: hindrance });
    throw problem(hindrance ?? 'no-such-call');
  }

  async toFollow(
    person: Person,
    extensionId: string,
    mode: SupervisionMode,
  ): Promise<{ supervisor: Supervisor; name: string }> {
    const supervisor = withExtension(person);
    const viewer = viewerOf(person);
    const seen = this.feed.snapshotFor(viewer).extensions.find(({ id }) => id === extensionId);
    if (!seen) throw new NotFound('extension');
    if (!mayTakePart(supervisor, mode)) throw problem('no-right');
    if (extensionId === supervisor.extension.id) throw problem('own-call');
    return { supervisor, name: seen.name };
  }

  /** The person whose extension this is. */
  private async personAt({ companyId, id }: ExtensionConfig): Promise<Person | undefined> {
    const [person] = await this.database.transaction(companyId, (tx) =>
      readPeople(tx, 'WHERE u.extension_id = $1 ORDER BY u.role, u.created_at', [id]),
    );
    return person;
  }
}

function withExtension(person: Person): Supervisor {
  const { extension } = person;
  if (!extension) throw noExtension();
  return { ...person, extension };
}

function problem(hindrance: Hindrance): AppError {
  const { status, message } = PROBLEMS[hindrance];
  return new AppError(hindrance, message, { httpStatus: status, blame: 'caller' });
}
