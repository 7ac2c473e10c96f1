import type { EslEvent } from './esl-event.js';

/** Names a client may subscribe to; anything else is no keyword, as in FreeSWITCH. */
const NAMES = new Set(
  (
    'CUSTOM CHANNEL_CREATE CHANNEL_DESTROY CHANNEL_STATE CHANNEL_CALLSTATE CHANNEL_ANSWER CHANNEL_HANGUP ' +
    'CHANNEL_HANGUP_COMPLETE CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_HOLD CHANNEL_UNHOLD CHANNEL_BRIDGE ' +
    'CHANNEL_UNBRIDGE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_OUTGOING CHANNEL_PARK CHANNEL_UNPARK ' +
    'CHANNEL_APPLICATION CHANNEL_ORIGINATE CHANNEL_UUID API LOG INBOUND_CHAN OUTBOUND_CHAN STARTUP SHUTDOWN ' +
    'SESSION_CRASH MODULE_LOAD MODULE_UNLOAD DTMF MESSAGE PRESENCE_IN PRESENCE_OUT RELOADXML HEARTBEAT TRAP CODEC ' +
    'BACKGROUND_JOB DETECTED_SPEECH DETECTED_TONE PRIVATE_COMMAND RE_SCHEDULE RECORD_START RECORD_STOP ' +
    'PLAYBACK_START PLAYBACK_STOP CALL_UPDATE FAILURE SOCKET_DATA MEDIA_BUG_START MEDIA_BUG_STOP RECV_INFO ' +
    'RECV_RTCP_MESSAGE SEND_INFO CALL_SECURE NAT RECORD_QUEUE COMMAND SESSION_HEARTBEAT'
  ).split(' '),
);

interface Filter {
  header: string;
  value: string;
  pattern?: RegExp;
}

/** What one client wants to hear: names, subclasses of CUSTOM, and filters of which one must fit. */
export class Subscription {
  format: 'plain' | 'json' = 'plain';
  private everything = false;
  private readonly names = new Set<string>();
  private readonly subclasses = new Set<string>();
  private filters: Filter[] = [];

  /** @returns false where no word is an event's name */
  subscribe(words: string[]): boolean {
    let known = false;
    for (let i = 0; i < words.length; i++) {
      const name = words[i]!.toUpperCase();
      if (name === 'ALL') {
        this.everything = true;
        known = true;
      } else if (NAMES.has(name)) {
        this.names.add(name);
        known = true;
        if (name !== 'CUSTOM') continue;
        for (const subclass of words.slice(i + 1)) this.subclasses.add(subclass);
        break; // what follows CUSTOM are subclasses
      }
    }
    return known;
  }

  /** @returns false where no word is an event's name */
  unsubscribe(words: string[]): boolean {
    const names = words.map((word) => word.toUpperCase()).filter((name) => name === 'ALL' || NAMES.has(name));
    if (this.everything && names.length > 0) {
      this.everything = false;
      for (const name of NAMES) this.names.add(name);
    }
    for (const name of names) this.names.delete(name);
    if (names.includes('ALL')) this.clear();
    if (names.includes('CUSTOM')) this.subclasses.clear();
    return names.length > 0;
  }

  /** @returns false where nothing was subscribed to */
  clear(): boolean {
    const listening = this.everything || this.names.size > 0;
    this.everything = false;
    this.names.clear();
    this.subclasses.clear();
    return listening;
  }

  addFilter(header: string, value: string): void {
    const pattern = /^\/(.{1,200})\/$/.exec(value)?.[1];
    let compiled: RegExp | undefined;
    try {
      if (pattern !== undefined) compiled = new RegExp(pattern);
    } catch {
      compiled = undefined; // then it is compared as it stands
    }
    this.filters.push({ header, value: value.toLowerCase(), pattern: compiled });
  }

  /** `all`, a header's filters, or one of them. */
  deleteFilter(header: string, value?: string): void {
    if (header === 'all') this.filters = [];
    else
      this.filters = this.filters.filter(
        (one) => one.header !== header || (value !== undefined && one.value !== value.toLowerCase()),
      );
  }

  wants(name: string, subclass?: string): boolean {
    if (this.everything) return true;
    if (name !== 'CUSTOM') return this.names.has(name);
    return subclass !== undefined && this.names.has(name) && this.subclasses.has(subclass);
  }

  passes(event: EslEvent): boolean {
    if (this.filters.length === 0) return true;
    return this.filters.some(({ header, value, pattern }) => {
      const actual = event.get(header);
      if (actual === undefined) return false;
      return pattern ? pattern.test(actual) : actual.toLowerCase() === value;
    });
  }
}
