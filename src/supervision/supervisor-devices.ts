import { Injectable } from '@nestjs/common';
import { AppError, messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import type { SupervisionMode } from '../contracts/live.js';
import { MediaServers } from '../media/media-servers.js';
import { OfferedLegs } from '../media/offered-legs.js';
import { isDevice } from '../sip/fork.js';
import { LegDialer } from '../sip/leg-dialer.js';
import { Location } from '../sip/location.js';
import { Listener } from './listener.js';
import { LiveFeed } from './live-feed.js';
import { Supervisions } from './supervisions.js';
import type { Supervisor } from './supervisor.js';
import type { WatchedCall } from './watched-call.js';

const RING_MS = 30_000;

/** Rings a supervisor's own devices. */
@Injectable()
export class SupervisorDevices {
  constructor(
    private readonly dialer: LegDialer,
    private readonly location: Location,
    private readonly mediaServers: MediaServers,
    private readonly supervisions: Supervisions,
    private readonly feed: LiveFeed,
  ) {}

  /**
   * Goes on in the background, until the call is over; a device that is not answered begins nothing.
   * @throws AppError where none is registered
   */
  ring(
    supervisor: Supervisor,
    mode: SupervisionMode,
    about: string,
    subject: { call: WatchedCall } | { following: string },
    server = this.mediaServers.choose(),
  ): void {
    const targets = this.location.targetsOf(supervisor.extension.id);
    if (targets.length === 0) {
      throw new AppError('no-device', 'none of your devices is registered: register one and try again', {
        httpStatus: 409,
        blame: 'caller',
      });
    }
    const over = new AbortController();
    const forget = this.feed.events.on('gone', ({ callId }) => {
      if ('call' in subject && callId === subject.call.view.id) over.abort();
    });
    const take = async () => {
      const legs = new OfferedLegs(server, () => undefined);
      const outcome = await this.dialer.dial(targets, {
        offers: await legs.offers([...new Set(targets.map(({ media }) => media))]),
        from: { user: mode, displayName: `${mode}: ${about}` },
        timeoutMs: RING_MS,
        signal: over.signal,
      });
      if (!outcome.answeredBy || !isDevice(outcome.answeredBy)) return legs.endAllBut();
      const { answeredBy, dialog } = outcome;
      const leg = await legs.take(answeredBy.media);
      await leg.modify(dialog.remoteSdp);
      const make = (onOver: () => void) => new Listener(dialog, leg, server, mode, onOver);
      await this.supervisions.begin(supervisor, mode, make, subject);
    };
    take()
      .catch((error: unknown) =>
        log('supervision').warn({ error: messageOf(error) }, 'a supervisor could not be joined'),
      )
      .finally(forget);
  }
}
