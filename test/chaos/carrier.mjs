// The carrier: SIPp places the calls of a plan, and its own traces tell what it sent and what each INVITE was answered.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clearTimeout } from 'node:timers';
import { KINDS } from './plan.mjs';
import { freePort, freeUdpRange } from './ports.mjs';
import { lengthOf, scenarioXml } from './scenario.mjs';
import { IP } from './sip.mjs';
import { TONE } from './sound.mjs';

/** After the last call began: the longest of all time-outs in a row. */
const LAST_CALL_MS = 90_000;
/** The call's number stands in its Call-ID, the line of the plan beside it. */
const CALL_ID = /^chaos-(\d+)@/;

export class Carrier {
  #calls;
  #folder;
  #child;
  #ended;

  /** Starts placing the calls: one every 1/rate s, as the plan has them. */
  static async begin({ calls, rate, serverPort, folder }) {
    const carrier = new Carrier();
    carrier.#calls = calls;
    carrier.#folder = join(folder, 'carrier');
    mkdirSync(carrier.#folder);
    const file = (name, content) => writeFileSync(join(carrier.#folder, name), content);
    file('tone.al', Buffer.concat(Array.from({ length: 1_500 }, () => TONE)));
    file('scenario.xml', scenarioXml('tone.al'));
    const lines = calls.map(
      ({ caller, kind, talkMs }) => `${caller};${KINDS[kind].number};${kind};${lengthOf(talkMs)}`,
    );
    file('calls.csv', `SEQUENTIAL\n${lines.join('\n')}\n`);
    const args = [
      ...[`${IP}:${serverPort}`, '-sf', 'scenario.xml', '-inf', 'calls.csv', '-cid_str', 'chaos-%u@%s'],
      ...['-i', IP, '-p', `${await freePort()}`, '-mi', IP, '-mp', `${await freeUdpRange(4)}`],
      ...['-m', `${calls.length}`, '-l', `${calls.length}`, '-r', '1', '-rp', `${Math.round(1000 / rate)}`],
      ...['-nostdin', '-trace_shortmsg', '-trace_err', '-trace_stat', '-fd', '1'],
    ];
    carrier.#child = spawn('sipp', args, { cwd: carrier.#folder, stdio: 'ignore' });
    carrier.#child.on('error', () => undefined);
    carrier.#ended = once(carrier.#child, 'close').catch(() => []);
    return carrier;
  }

  /** Resolves when every call is over. @throws where SIPp does not come to its end */
  async untilQuiet() {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#child.kill('SIGKILL');
    }, LAST_CALL_MS);
    const [code, signal] = await this.#ended;
    clearTimeout(timer);
    // 1: some calls did not go as SIPp's scenario has it, which is what a campaign is for.
    if (late || (code !== 0 && code !== 1))
      throw new Error(`SIPp ended with ${signal ?? code}: see ${this.#folder}`);
  }

  close() {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
  }

  /**
   * What SIPp's message trace says of each call of the plan, in order.
   * @returns caller, kind, callId, sent (INVITEs, with repetitions), responses (statuses to the INVITE, 100 too),
   * placedAt, overAt (ms since the epoch), talked: answered, and the end was heard by both
   */
  records() {
    const records = this.#calls.map(({ caller, kind }) => ({ caller, kind, sent: 0, responses: [] }));
    for (const { at, sent, callId, method, status } of this.#messages()) {
      const record = records[Number(CALL_ID.exec(callId)?.[1] ?? 0) - 1];
      if (!record) continue;
      record.callId = callId;
      record.placedAt ??= at;
      record.overAt = at;
      if (sent && status === undefined && method === 'INVITE') record.sent += 1;
      if (!sent && status !== undefined && method === 'INVITE') record.responses.push(status);
      if (method === 'BYE' && (sent ? status === 200 : status !== undefined)) record.byeHeard = true;
    }
    return records
      .filter(({ sent }) => sent > 0)
      .map((record) => ({ ...record, talked: record.responses.includes(200) && record.byeHeard === true }));
  }

  /** SIPp's own totals: calls placed, of them as the scenario has it, and not. */
  totals() {
    const rows = this.#read(/\.csv$/, 'scenario_')
      .trim()
      .split('\n');
    const names = rows[0]?.split(';') ?? [];
    const last = rows.at(-1)?.split(';') ?? [];
    const value = (name) => Number(last[names.indexOf(name)] ?? 0);
    return {
      placed: value('OutgoingCall(C)'),
      successful: value('SuccessfulCall(C)'),
      failed: value('FailedCall(C)'),
    };
  }

  #read(pattern, prefix = '') {
    return readdirSync(this.#folder)
      .filter((name) => name.startsWith(prefix) && pattern.test(name))
      .map((name) => readFileSync(join(this.#folder, name), 'utf8'))
      .join('');
  }

  *#messages() {
    for (const line of this.#read(/_shortmessages\.log$/).split('\n')) {
      const [, , time, way, callId, cseq = '', first = ''] = line.split('\t');
      if (callId === undefined) continue;
      const status = /^SIP\/2\.0 (\d{3})/.exec(first)?.[1];
      yield {
        at: Math.round(Number(time) * 1000),
        sent: way === 'S',
        callId,
        method: cseq.split(' ')[1],
        status: status && Number(status),
      };
    }
  }
}
