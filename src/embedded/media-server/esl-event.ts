import { randomUUID } from 'node:crypto';

export type Headers = [name: string, value: string][];

/** FreeSWITCH leaves these as they are when it encodes a header's value. */
const LEFT_AS_IS = /%(2F|2C|24)/g;
const decodeOne: Record<string, string> = { '2F': '/', '2C': ',', '24': '$' };

const encodeValue = (value: string) =>
  encodeURIComponent(value).replace(LEFT_AS_IS, (_, code: string) => decodeOne[code] ?? '');

/** One event as it goes over ESL; its two forms are made once, however many listen. */
export class EslEvent {
  private readonly byName: Map<string, string>;
  private plain?: string;
  private json?: string;

  constructor(
    readonly headers: Headers,
    readonly body?: string,
  ) {
    this.byName = new Map(headers);
  }

  get name(): string {
    return this.byName.get('Event-Name') ?? '';
  }

  get subclass(): string | undefined {
    return this.byName.get('Event-Subclass');
  }

  get(header: string): string | undefined {
    return this.byName.get(header);
  }

  /** `Name: value` rows, values URL-encoded; then the body, with its own Content-Length. */
  toPlain(): string {
    return (this.plain ??= this.makePlain());
  }

  toJson(): string {
    return (this.json ??= this.makeJson());
  }

  private makePlain(): string {
    const rows = this.headers.map(([name, value]) => `${name}: ${encodeValue(value)}\n`).join('');
    if (this.body === undefined) return `${rows}\n`;
    return `${rows}Content-Length: ${Buffer.byteLength(this.body)}\n\n${this.body}`;
  }

  private makeJson(): string {
    const object: Record<string, string> = Object.fromEntries(this.headers);
    if (this.body !== undefined) {
      object['Content-Length'] = String(Buffer.byteLength(this.body));
      object._body = this.body;
    }
    return JSON.stringify(object);
  }
}

/** Who listens: an ESL connection. */
export interface EventListener {
  wants(name: string, subclass?: string): boolean;
  deliver(event: EslEvent): void;
}

/** Where FreeSWITCH's code says an event comes from; some programs look at it. */
const ORIGIN: Readonly<Record<string, readonly [file: string, code: string]>> = {
  CHANNEL_CREATE: ['switch_core_state_machine.c', 'switch_core_session_run'],
  CHANNEL_ANSWER: ['switch_channel.c', 'switch_channel_perform_mark_answered'],
  CHANNEL_PARK: ['switch_ivr.c', 'switch_ivr_park'],
  CHANNEL_UNPARK: ['switch_ivr.c', 'switch_ivr_park'],
  CHANNEL_HOLD: ['switch_ivr.c', 'switch_ivr_hold'],
  CHANNEL_UNHOLD: ['switch_ivr.c', 'switch_ivr_unhold'],
  CHANNEL_EXECUTE: ['switch_core_session.c', 'switch_core_session_exec'],
  CHANNEL_EXECUTE_COMPLETE: ['switch_core_session.c', 'switch_core_session_exec'],
  CHANNEL_BRIDGE: ['switch_ivr_bridge.c', 'switch_ivr_multi_threaded_bridge'],
  CHANNEL_UNBRIDGE: ['switch_ivr_bridge.c', 'switch_ivr_multi_threaded_bridge'],
  CHANNEL_HANGUP: ['switch_channel.c', 'switch_channel_perform_hangup'],
  CHANNEL_HANGUP_COMPLETE: ['switch_core_state_machine.c', 'switch_core_session_reporting_state'],
  CHANNEL_DESTROY: ['switch_core_session.c', 'switch_core_session_perform_destroy'],
  PLAYBACK_START: ['switch_ivr_play_say.c', 'switch_ivr_play_file'],
  PLAYBACK_STOP: ['switch_ivr_play_say.c', 'switch_ivr_play_file'],
  RECORD_START: ['switch_ivr_async.c', 'record_callback'],
  RECORD_STOP: ['switch_ivr_async.c', 'send_record_stop_event'],
  MEDIA_BUG_START: ['switch_core_media_bug.c', 'switch_core_media_bug_add'],
  MEDIA_BUG_STOP: ['switch_core_media_bug.c', 'switch_core_media_bug_destroy'],
  DTMF: ['switch_channel.c', 'switch_channel_dequeue_dtmf'],
  RECV_INFO: ['sofia.c', 'create_info_event'],
  CHANNEL_DATA: ['mod_commands.c', 'uuid_dump_function'],
  BACKGROUND_JOB: ['mod_event_socket.c', 'api_exec'],
  HEARTBEAT: ['switch_core.c', 'send_heartbeat'],
};

/** Hands each event to those who want it; an event nobody wants is never made. */
export class EventBus {
  readonly coreUuid = randomUUID();
  private readonly listeners = new Set<EventListener>();
  private sequence = 0;

  constructor(private readonly identity: { hostname: string; ip: string }) {}

  add(listener: EventListener): void {
    this.listeners.add(listener);
  }

  delete(listener: EventListener): void {
    this.listeners.delete(listener);
  }

  /** @param headers made only when somebody listens */
  publish(name: string, headers: () => Headers, body?: string, subclass?: string): void {
    let event: EslEvent | undefined;
    for (const listener of this.listeners) {
      if (!listener.wants(name, subclass)) continue;
      event ??= new EslEvent([...this.preamble(name, subclass), ...headers()], body);
      listener.deliver(event);
    }
  }

  /** The headers every event begins with. */
  preamble(name: string, subclass?: string): Headers {
    const now = new Date();
    const [file, code] = ORIGIN[name] ?? ['switch_core.c', 'linekeeper'];
    return [
      ...(subclass === undefined ? [] : [['Event-Subclass', subclass] as [string, string]]),
      ['Event-Name', name],
      ['Core-UUID', this.coreUuid],
      ['FreeSWITCH-Hostname', this.identity.hostname],
      ['FreeSWITCH-Switchname', 'linekeeper'],
      ['FreeSWITCH-IPv4', this.identity.ip],
      ['FreeSWITCH-IPv6', '::1'],
      ['Event-Date-Local', localDate(now)],
      ['Event-Date-GMT', now.toUTCString()],
      ['Event-Date-Timestamp', `${now.getTime()}000`],
      ['Event-Calling-File', file],
      ['Event-Calling-Function', code],
      ['Event-Calling-Line-Number', '1'],
      ['Event-Sequence', String((this.sequence += 1))],
    ];
  }
}

const two = (number: number) => String(number).padStart(2, '0');

/** `2026-11-22 16:24:53`, in the machine's zone. */
export const localDate = (date: Date): string =>
  `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
  `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
