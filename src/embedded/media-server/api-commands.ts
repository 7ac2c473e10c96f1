import { randomUUID } from 'node:crypto';
import { causeOf } from './causes.js';
import type { Channel } from './channel.js';
import { channelHeaders, variableHeaders } from './channel-headers.js';
import { EslEvent } from './esl-event.js';
import type { MediaServerState } from './server-state.js';
import { serverStatus, showCommand, sofiaStatus, VERSION } from './status-texts.js';

/** Runs a command and gives FreeSWITCH's text for it. Never throws. */
type Command = (args: string, server: MediaServerState) => string | Promise<string>;

const OK = '+OK\n';
const NO_CHANNEL = '-ERR No such channel!\n';
const FAILED = '-ERR Operation Failed\n';
const NO_SESSION = '-ERR Cannot locate session!\n';

/** Cuts `count` words off the front; the last part is the rest as it stands. */
function words(args: string, count: number): string[] {
  const parts: string[] = [];
  let rest = args.trim();
  while (parts.length < count - 1 && rest !== '') {
    const [word = ''] = rest.split(' ', 1);
    parts.push(word);
    rest = rest.slice(word.length).trimStart();
  }
  if (rest !== '') parts.push(rest);
  return parts;
}

/** A command on one channel: its usage where there are too few words, `missing` where there is no such channel. */
function onChannel(
  usage: string,
  leastWords: number,
  run: (channel: Channel, words: string[], server: MediaServerState) => string | Promise<string>,
  { missing = NO_CHANNEL, mostWords = leastWords }: { missing?: string; mostWords?: number } = {},
): Command {
  return (args, server) => {
    const [uuid = '', ...rest] = words(args, mostWords);
    if (uuid === '' || rest.length + 1 < leastWords) return `-USAGE: ${usage}\n`;
    const channel = server.channels.get(uuid);
    return channel?.isUp ? run(channel, rest, server) : missing;
  };
}

/** FreeSWITCH's API (mod_commands), as far as this product uses it; replies as FreeSWITCH 1.11 gives them. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  status: (_args, server) => serverStatus(server),
  version: () => `FreeSWITCH Version ${VERSION}\n`,
  uptime: (_args, server) => `${Math.floor((Date.now() - server.startedAt) / 1000)}\n`,
  hostname: (_args, server) => server.hostname,
  sofia: (args, server) => (args.trim() === 'status' ? sofiaStatus(server) : '-ERR Unknown command!\n'),
  show: (args, server) => showCommand(args, server),
  reloadxml: () => '+OK [Success]\n',
  create_uuid: () => randomUUID(),
  fsctl,
  hupall(args, server) {
    const [cause, name, value] = words(args, 3);
    const named = causeOf(cause, cause ? 'NORMAL_CLEARING' : 'MANAGER_REQUEST');
    const chosen = [...server.channels].filter((one) => !name || one.variables.get(name) === (value ?? ''));
    for (const channel of chosen) channel.hangup(named);
    const matching = name ? ` matching [${name}]=[${value ?? ''}]` : '';
    return `+OK hangup all channels${matching} with cause${name ? ':' : ''} ${named}\n`;
  },
  uuid_exists: (args, server) => String(server.channels.get(args.trim()) !== undefined),
  uuid_kill: onChannel(
    '<uuid> [cause]',
    1,
    (channel, [cause]) => {
      channel.hangup(causeOf(cause));
      return OK;
    },
    { mostWords: 2 },
  ),
  uuid_bridge(args, server) {
    const [first, second] = words(args, 2);
    if (!first || !second) return '-USAGE: <uuid> <other_uuid>\n';
    const one = server.channels.get(first);
    const other = server.channels.get(second);
    if (!one?.isUp || !other?.isUp) return '-ERR Invalid uuid\n';
    // With itself FreeSWITCH says yes, and nothing happens.
    if (one !== other) one.bridge(other);
    return `+OK ${other.uuid}\n`;
  },
  uuid_park: onChannel('<uuid>', 1, (channel) => {
    channel.parkAgain();
    return OK;
  }),
  uuid_broadcast: onChannel(
    '<uuid> <path> [aleg|bleg|holdb|both]',
    2,
    (channel, [text = '']) => broadcast(channel, text),
    { missing: '-ERR invalid uuid\n' },
  ),
  uuid_break: onChannel(
    '<uuid> [all]',
    1,
    (channel, [which]) => {
      channel.break(which === 'all');
      return OK;
    },
    { mostWords: 2 },
  ),
  uuid_record: onChannel('<uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]', 3, record, {
    missing: NO_SESSION,
    mostWords: 5,
  }),
  uuid_transfer: onChannel('<uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]', 2, (channel) => {
    channel.transfer(); // whereto does not matter: the dialplan has one extension
    return OK;
  }),
  uuid_answer: (args, server) => (server.channels.get(args.trim())?.isUp ? OK : '-ERROR\n'),
  uuid_audio: onChannel(
    '<uuid> [start [read|write] [mute|level <level>]|stop]',
    2,
    (channel, [action = '', ...rest]) => audio(channel, action, rest.join(' ').split(/ +/)),
    { mostWords: 3 },
  ),
  uuid_buglist: (args, server) => {
    const channel = server.channels.get(args.trim());
    return channel?.isUp ? bugList(channel) : '-ERR no reply\n';
  },
  uuid_media_reneg: (args, server) =>
    server.channels.get(words(args, 2)[0] ?? '')?.isUp ? '+OK Success\n' : FAILED,
  uuid_send_info: (args, server) =>
    server.channels.get(words(args, 2)[0] ?? '')?.isUp ? '+OK Success\n' : FAILED,
  uuid_flush_dtmf: (args, server) => (server.channels.get(args.trim())?.isUp ? OK : '-ERR No such session\n'),
  uuid_getvar: onChannel(
    '<uuid> <var>',
    2,
    (channel, [name = '']) => channel.variables.get(name) ?? '_undef_',
  ),
  uuid_setvar: onChannel(
    '<uuid> <var> [value]',
    2,
    (channel, [name = '', value = '']) => {
      assign(channel, name, value);
      return OK;
    },
    { mostWords: 3 },
  ),
  uuid_setvar_multi: onChannel(
    '<uuid> <var>=<value>;<var>=<value>...',
    2,
    (channel, [text = '']) => {
      for (const one of text.split(';')) {
        const at = one.indexOf('=');
        assign(channel, at < 0 ? one : one.slice(0, at), at < 0 ? '' : one.slice(at + 1));
      }
      return OK;
    },
    { missing: `${NO_CHANNEL}-USAGE: <uuid> <var>=<value>;<var>=<value>...\n` },
  ),
  uuid_dump: onChannel(
    '<uuid> [format]',
    1,
    (channel, [format]) => {
      const headers = [
        ...channel.services.bus.preamble('CHANNEL_DATA'),
        ...channelHeaders(channel),
        ...variableHeaders(channel),
      ];
      const event = new EslEvent(headers);
      return format === 'json' ? event.toJson() : `${event.toPlain()}\n`;
    },
    { mostWords: 2 },
  ),
  uuid_send_dtmf: onChannel(
    '<uuid> <dtmf_data>',
    2,
    (channel, [digits = '']) =>
      channel.media.sendDigits(digits)
        ? `+OK ${channel.uuid} sent DTMF ${digits}.\n`
        : `-ERR DTMF digits ${digits} could not be sent.\n`,
    { missing: NO_SESSION },
  ),
  uuid_recv_dtmf: onChannel(
    '<uuid> <dtmf_data>',
    2,
    (channel, [text = '']) => {
      const [digits = '', ms = '250'] = text.split('@');
      for (const digit of digits) channel.receiveDigit(digit, Number(ms) * 8, 'APP');
      return `+OK ${channel.uuid} received DTMF ${text}.\n`;
    },
    { missing: NO_SESSION },
  ),
  uuid_hold(args, server) {
    const [first, second] = words(args, 2);
    if (!first) return '-USAGE: [off|toggle] <uuid> [<display>]\n-ERR Operation failed\n';
    const word = first === 'off' || first === 'toggle' ? first : 'on';
    const channel = server.channels.get((word === 'on' ? first : (second ?? '')).split(' ')[0] ?? '');
    if (channel?.isUp) channel.hold(word === 'toggle' ? channel.callState !== 'HELD' : word === 'on');
    return '+OK Success\n'; // also where there is no such channel
  },
};

function assign(channel: Channel, name: string, value: string): void {
  if (name === '') return;
  if (value === '') channel.variables.delete(name);
  else channel.variables.set(name, value);
}

/** `{name=value,name=value}` */
function inBrackets(text = ''): Map<string, string> {
  const pairs = /^\{(.*)\}$/s.exec(text)?.[1]?.split(',') ?? [];
  return new Map(
    pairs.flatMap((pair) => {
      const at = pair.indexOf('=');
      return at > 0 ? [[pair.slice(0, at), pair.slice(at + 1)]] : [];
    }),
  );
}

/** Plays on the leg, its peer or both: orders that wait until the one before is through. */
function broadcast(channel: Channel, text: string): string {
  const match = /^(.*?)(?:\s+(aleg|bleg|both|holdb))?$/s.exec(text);
  const path = match?.[1] ?? text;
  const where = match?.[2] ?? 'aleg';
  const [, application = 'playback', argument = path] = /^(\w+)::(.*)$/s.exec(path) ?? [];
  const order = () => ({ application, argument, uuid: randomUUID(), locked: true });
  if (where !== 'aleg') channel.peer?.execute(order());
  if (where !== 'bleg' && where !== 'holdb') channel.execute(order());
  return '+OK Message sent\n';
}

function audio(channel: Channel, action: string, [side = '', how = '']: string[]): string {
  const { media } = channel;
  if (action === 'stop') media.muted = { read: false, write: false };
  else if (action === 'start' && side === 'read') media.muted.read = how === 'mute';
  else if (action === 'start' && side === 'write') media.muted.write = how === 'mute';
  else return '-USAGE: <uuid> [start [read|write] [mute|level <level>]|stop]\n';
  return OK;
}

function bugList(channel: Channel): string {
  const bugs = [
    ...channel.recordings.paths.map((path) => ['session_record', path]),
    ...[...channel.listeners].map(() => ['eavesdrop', channel.uuid]),
  ];
  const rows = bugs.map(
    ([what, target]) =>
      ` <media-bug>\n  <function>${what}</function>\n  <target>${target}</target>\n  <thread-locked>0</thread-locked>\n </media-bug>\n`,
  );
  return `<media-bugs>\n${rows.join('')}</media-bugs>\n`;
}

function record(
  channel: Channel,
  [action = '', path = '', limit, variables]: string[],
): string | Promise<string> {
  switch (action) {
    case 'start':
      return channel.recordings.start(path, Number(limit) || 0, inBrackets(variables)).then(
        () => '+OK Success\n',
        () => '-ERR Cannot record session!\n',
      );
    case 'stop':
      // The file is whole when RECORD_STOP comes; the reply does not wait for the disk.
      return (path === 'all' ? channel.recordings.stopAll() : channel.recordings.stop(path))
        ? '+OK Success\n'
        : '-ERR Cannot stop record session!\n';
    case 'mask':
    case 'unmask':
      return channel.recordings.mask(path, action === 'mask')
        ? '+OK Success\n'
        : `-ERR Cannot ${action} record session!\n`;
    default:
      return '-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]\n';
  }
}

function fsctl(args: string, server: MediaServerState): string {
  const [command = '', argument] = words(args, 2);
  switch (command) {
    case 'sync_clock':
      return '+OK clock synchronized\n';
    case 'pause':
    case 'resume':
      server.paused = command === 'pause';
      return OK;
    case 'pause_check':
      return String(server.paused);
    case 'max_sessions':
      if (argument !== undefined && Number(argument) > 0) server.channels.limit = Number(argument);
      return `+OK max sessions: ${server.channels.limit}\n`;
    case 'sps':
      if (argument !== undefined && Number(argument) > 0) server.sessionsPerSecond = Number(argument);
      return `+OK sessions per second: ${server.sessionsPerSecond}\n`;
    case 'hupall': {
      const cause = causeOf(argument?.split(' ')[0], 'MANAGER_REQUEST');
      for (const channel of [...server.channels]) channel.hangup(cause);
      return OK;
    }
    default:
      return '-USAGE: [hupall|pause [inbound|outbound]|resume [inbound|outbound]|sps|sync_clock|max_sessions]\n';
  }
}

/** Runs one line of API. */
export async function runCommand(line: string, server: MediaServerState): Promise<string> {
  const text = line.trim();
  const [name = ''] = text.split(' ', 1);
  const command = COMMANDS[name.toLowerCase()];
  if (!command) return `-ERR ${name} Command not found!\n`;
  return command(text.slice(name.length).trim(), server);
}
