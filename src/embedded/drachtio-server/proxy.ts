import { resolveUri, serializeText, type SipMessage } from '../sip-stack/index.js';
import type { AdminClient } from './admin-client.js';
import type { Engine } from './engine.js';
import { metaOf, type Frame } from './frames.js';
import type { ResendingTransaction, WaitingRequests } from './waiting-requests.js';

/** Transaction-stateful forwarding (RFC 3261 §16) at an application's command: `proxy|txnId|…|destinations`. */
export class ProxyRequests {
  constructor(
    private readonly engine: Engine,
    private readonly waiting: WaitingRequests,
  ) {}

  /** Tokens: proxy, txnId, remainInDialog, fullResponse, followRedirects, simultaneous|serial, two timeouts, targets. */
  start(client: AdminClient, frame: Frame): void {
    const [, , transactionId = '', , , , order = ''] = frame.tokens;
    const destinations = frame.tokens.slice(9).filter((one) => one !== '');
    if (destinations.length === 0)
      return client.reply(frame, 'NO|Invalid proxy request: not enough information provided');
    const transaction = this.waiting.take(transactionId);
    if (transaction === undefined) return client.reply(frame, 'NOK|transaction not found');
    const branches = new ProxyBranches(this.engine, transaction, {
      heard: (response) => {
        const raw = serializeText(response);
        client.reply(frame, `OK|${metaOf('network', raw, transaction.source)}|||continue\r\n${raw}`);
      },
      done: () => client.reply(frame, 'OK|done'),
    });
    branches.run(destinations, order === 'simultaneous');
  }
}

/** The branches of one forwarded request: all at once, or one after the other until one succeeds. */
class ProxyBranches {
  private best: SipMessage | undefined;
  private open = 0;
  private rest: string[] = [];
  private finished = false;
  private readonly cancels: (() => void)[] = [];

  constructor(
    private readonly engine: Engine,
    private readonly transaction: ResendingTransaction,
    private readonly how: { heard(response: SipMessage): void; done(): void },
  ) {
    transaction.onCancel(() => {
      this.rest = [];
      for (const cancel of this.cancels) cancel();
    });
  }

  run(destinations: string[], simultaneous: boolean): void {
    if (simultaneous) for (const destination of destinations) void this.forward(destination);
    else {
      this.rest = destinations.slice(1);
      void this.forward(destinations[0]!);
    }
  }

  private async forward(destination: string): Promise<void> {
    this.open++;
    const hops = Number(this.transaction.request.get('max-forwards') ?? 70);
    if (hops <= 0) return this.branchFailed(undefined, 483); // RFC 3261 §16.3
    const request = this.transaction.request.clone();
    request.uri = destination;
    request.set('Max-Forwards', String(hops - 1));
    try {
      const target = await resolveUri(destination);
      const client = this.engine.endpoint.request(request, target);
      this.cancels.push(() => client.cancel());
      client.onResponse((response) => this.received(response));
    } catch {
      this.branchFailed(undefined, 503);
    }
  }

  private received(response: SipMessage): void {
    if (response.status === 100) return;
    if (this.finished) {
      // RFC 6026 §8.3: a repeated 2xx is forwarded again.
      if (response.status < 300) this.transaction.retransmit(this.withoutVia(response));
      return;
    }
    this.how.heard(response);
    if (response.status < 200) return this.passBack(response);
    if (response.status < 300) {
      this.passBack(response);
      return this.finish();
    }
    this.branchFailed(response, response.status);
  }

  private branchFailed(response: SipMessage | undefined, status: number): void {
    this.open--;
    if (response && (this.best === undefined || response.status < this.best.status)) this.best = response;
    const next = status >= 600 ? undefined : this.rest.shift();
    if (next !== undefined) return void this.forward(next);
    if (this.open > 0 || this.finished) return;
    if (this.best) this.passBack(this.best);
    else this.transaction.respond(status);
    this.finish();
  }

  /** RFC 3261 §16.7: the response goes up without our Via; its tag is the target's. */
  private passBack(response: SipMessage): void {
    const own = this.transaction;
    if (response.toTag !== '') own.localTag = response.toTag;
    const headers: Record<string, string[]> = {};
    for (const { key, name, value } of response.headers)
      if (key !== 'via' && key !== 'content-length') (headers[name] ??= []).push(value);
    own.respond(response.status, { reason: response.reason, headers, body: response.body });
  }

  private withoutVia(response: SipMessage): SipMessage {
    const copy = response.clone();
    copy.headers.splice(
      copy.headers.findIndex(({ key }) => key === 'via'),
      1,
    );
    return copy;
  }

  private finish(): void {
    if (this.finished) return;
    this.finished = true;
    this.rest = [];
    for (const cancel of this.cancels) cancel();
    this.how.done();
  }
}
