import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../common/env.js';
import { SETTINGS } from '../common/settings.js';
import type { DemoLine as DemoLineView } from '../contracts/phone.js';
import { NotFound } from '../http/problem.js';
import { Provisioning } from '../provisioning/provisioning.js';
import { parseNameAddress, parseSipUri } from '../sip/sip-values.js';

export const DEMO_SIP_PATH = '/demo/sip';
/** Whom the newcomer plays: always the same client, so that the second call finds the first in his history. */
const VISITOR = '+79005550100';
/** What a call's own requests are (RFC 3261 §7.1); nothing registers, subscribes or refers. */
const METHODS = ['ACK', 'BYE', 'CANCEL', 'INFO', 'PRACK', 'UPDATE'];

/**
 * A newcomer plays a client who calls the demo company from his browser. There is such a line only where the demo company
 * is set up and nobody but this machine can reach it; there every program may call in anyhow (config/demo.yaml).
 */
@Injectable()
export class DemoLine {
  constructor(
    private readonly provisioning: Provisioning,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  get isOpen(): boolean {
    return this.settings.SEED === 'demo' && this.settings.loopbackOnly && this.number() !== undefined;
  }

  /** @throws NotFound where there is none */
  view(): DemoLineView {
    const number = this.number();
    if (!this.isOpen || !number) throw new NotFound('demo');
    return {
      companyNumber: number.number,
      companyName: this.provisioning.snapshot.companies.get(number.companyId)?.name ?? '',
      from: VISITOR,
      webSocketPath: DEMO_SIP_PATH,
    };
  }

  /** What a page's message is: an INVITE to the company's number, part of a call, or nothing that belongs here. */
  kindOf(message: string): 'invite' | 'other' | 'foreign' {
    const [method = '', uri = ''] = message.slice(0, message.indexOf('\r\n')).split(' ');
    if (method === 'SIP/2.0' || message.trim() === '' || METHODS.includes(method)) return 'other';
    const from = parseNameAddress(/^(?:from|f)\s*:\s*(.+)$/im.exec(message)?.[1]);
    const isVisitor = from !== undefined && parseSipUri(from.uri)?.user === VISITOR;
    const isCompany = parseSipUri(uri)?.user === this.number()?.number;
    return method === 'INVITE' && isVisitor && isCompany ? 'invite' : 'foreign';
  }

  private number() {
    return [...this.provisioning.snapshot.companyNumbers.values()].find(({ isProxy }) => !isProxy);
  }
}
