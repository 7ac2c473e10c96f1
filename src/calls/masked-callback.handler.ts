import { Injectable } from '@nestjs/common';
import type { ReachableClient } from '../clients/client-directory.js';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { languageTo } from '../media/country.js';
import type { MediaLeg } from '../media/media-leg.js';
import { MediaServers } from '../media/media-servers.js';
import type { CompanyConfig } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';
import { FailureLimit } from '../sip/failure-limit.js';
import type { InboundInvite } from '../sip/inbound-invite.js';
import { answeredInvite } from './answered-invite.js';
import { CallbackLedger, type RecentClient } from './callback-ledger.js';
import { MobileQuestions, type Asked } from './mobile-questions.js';
import { OutboundCallHandler } from './outbound-call.handler.js';
import { hasMobile, ProxyLeases, type MobileExtension } from './proxy-leases.js';

/** Wrong PINs from one mobile within an hour, after which its calls are a stranger's for the rest of it. */
const WRONG_PINS = 3;
const HOUR_MS = 3600 * 1000;

/** Whom a mobile means, before it is asked. */
interface Meant {
  /** By the proxy number that it dialled. */
  client?: ReachableClient;
  /** Whom it can choose from otherwise. */
  recent: readonly RecentClient[];
}

/** What a mobile that was asked wants: a client, or the company, as anybody who calls it. */
type Chosen = { client: ReachableClient; by: 'proxy-number' | 'menu' } | 'company' | 'refused';

type TakeCall = (invite: InboundInvite) => Promise<void>;

/**
 * A manager's mobile calls back: by a proxy number it reaches the client for whom that stands, by any other company
 * number it is told its last clients. A caller id is as true as the carrier makes it: only one that the carrier
 * asserts (RFC 3325), or the company's PIN, makes a caller a manager.
 */
@Injectable()
export class MaskedCallbackHandler {
  private readonly wrongPins = new FailureLimit(WRONG_PINS, HOUR_MS);

  constructor(
    private readonly provisioning: Provisioning,
    private readonly leases: ProxyLeases,
    private readonly ledger: CallbackLedger,
    private readonly mediaServers: MediaServers,
    private readonly questions: MobileQuestions,
    private readonly outbound: OutboundCallHandler,
  ) {}

  /**
   * Takes a call from a carrier to its end.
   * @param ordinary takes those that are a client's
   */
  async handle(invite: InboundInvite, ordinary: TakeCall): Promise<void> {
    const extension = this.managerOf(invite);
    const company = extension && this.provisioning.snapshot.companies.get(extension.companyId);
    if (!extension || !company) return ordinary(invite);
    const meant = await this.meantBy(extension, invite);
    if (!meant.client && meant.recent.length === 0) return ordinary(invite);
    if (meant.client && company.callbackPin === null) {
      return this.outbound.handle(
        { ...invite, extension, dialled: '' },
        { client: meant.client, by: 'proxy-number' },
      );
    }
    const asked = await this.ask(invite, extension, company, meant);
    if (!asked || asked.invite.cancelled.aborted) return;
    const { chosen } = asked;
    if (chosen === 'refused') return asked.invite.refuse(480);
    if (chosen === 'company') return ordinary(asked.invite);
    await this.outbound.handle(
      { ...asked.invite, extension, dialled: '' },
      { client: chosen.client, by: chosen.by },
    );
  }

  /** Whose mobile calls, as far as it can be believed. */
  private managerOf({ caller, companyNumber }: InboundInvite): MobileExtension | undefined {
    if (caller.kind !== 'number') return undefined;
    const { snapshot } = this.provisioning;
    const extension = snapshot.extensionByMobile(companyNumber.companyId, caller.number);
    if (!extension || !hasMobile(extension)) return undefined;
    const hasPin = snapshot.companies.get(companyNumber.companyId)?.callbackPin !== null;
    if (hasPin ? !this.wrongPins.isExceeded(extension.mobile.id) : caller.asserted) return extension;
    log('calls').info(
      { extension: extension.number, asserted: caller.asserted },
      'a call from a manager’s mobile is not believed',
    );
    return undefined;
  }

  private async meantBy(extension: MobileExtension, { companyNumber }: InboundInvite): Promise<Meant> {
    try {
      const client = companyNumber.isProxy ? await this.leases.clientOf(extension, companyNumber) : undefined;
      return { client, recent: client ? [] : await this.ledger.recentClients(extension) };
    } catch (error) {
      // While the database is away nobody knows who is meant: the call goes to the group, as any other does.
      log('calls').warn({ extension: extension.number, error: messageOf(error) }, 'no callback');
      return { recent: [] };
    }
  }

  /** Answers the mobile, and asks. @returns undefined where it hung up before that */
  private async ask(
    invite: InboundInvite,
    extension: MobileExtension,
    company: CompanyConfig,
    meant: Meant,
  ): Promise<{ invite: InboundInvite; chosen: Chosen } | undefined> {
    await this.ledger.asked(extension, invite.companyNumber, company.callbackPin === null ? 'menu' : 'pin');
    const server = this.mediaServers.choose();
    const leg = invite.offer ? await server.receive(invite.offer) : (await server.offer()).leg;
    try {
      const dialog = await invite.answer(leg.sdp);
      if (!invite.offer) await leg.modify(dialog.remoteSdp);
      const answered = answeredInvite(invite, dialog);
      const gone = AbortSignal.any([answered.cancelled, whenLost(leg)]);
      const language = languageTo(extension, company.country);
      const chosen = await this.chosenBy(
        { party: { dialog, leg }, company, language, gone },
        extension,
        meant,
      );
      return { invite: answered, chosen };
    } catch (error) {
      if (invite.cancelled.aborted) return undefined;
      throw error;
    } finally {
      await leg.end();
    }
  }

  private async chosenBy(
    asked: Asked,
    extension: MobileExtension,
    { client, recent }: Meant,
  ): Promise<Chosen> {
    const { callbackPin } = asked.company;
    if (callbackPin !== null && !(await this.questions.knowsPin(asked, callbackPin))) {
      if (asked.gone.aborted) return 'refused';
      this.wrongPins.failed(extension.mobile.id);
      await this.ledger.refused(extension);
      return 'refused';
    }
    this.wrongPins.succeeded(extension.mobile.id);
    if (client) return { client, by: 'proxy-number' };
    const fromMenu = await this.questions.choose(asked, recent);
    return fromMenu ? { client: fromMenu, by: 'menu' } : 'company';
  }
}

function whenLost(leg: MediaLeg): AbortSignal {
  const lost = new AbortController();
  leg.onLost(() => lost.abort());
  return lost.signal;
}
