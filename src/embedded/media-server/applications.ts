import type { Channel } from './channel.js';
import { causeOf } from './causes.js';
import { collectDigits } from './digit-collector.js';
import { Eavesdrop, type EavesdropMode } from './eavesdrop.js';
import { startPlayback } from './playback.js';
import type { Run } from './run.js';

/** Begins at once, and ends by run.finish(). */
type Application = (channel: Channel, run: Run) => void;

const NOTHING = '_none_';

/** FreeSWITCH's dialplan applications, as far as this product uses them (mod_dptools). */
export const APPLICATIONS: Readonly<Record<string, Application>> = {
  answer: (_channel, run) => run.finish(NOTHING),
  pre_answer: (_channel, run) => run.finish(NOTHING),
  start_dtmf: (_channel, run) => run.finish(NOTHING),
  stop_dtmf: (_channel, run) => run.finish(NOTHING),
  park: (_channel, run) => run.finish(NOTHING),
  set(channel, run) {
    setVariable(channel, run.argument);
    run.finish(NOTHING);
  },
  multiset(channel, run) {
    for (const one of run.argument.split(' ')) setVariable(channel, one);
    run.finish(NOTHING);
  },
  unset(channel, run) {
    channel.variables.delete(run.argument.trim());
    run.finish(NOTHING);
  },
  hangup(channel, run) {
    channel.hangup(causeOf(run.argument.trim()));
    run.finish(NOTHING);
  },
  sleep(_channel, run) {
    const timer = setTimeout(() => run.finish(NOTHING), Math.min(Number(run.argument) || 0, 0x7fffffff));
    run.stop = () => {
      clearTimeout(timer);
      run.finish(NOTHING);
    };
  },
  playback(channel, run) {
    const stop = startPlayback(channel, run.argument.trim(), (result) => run.finish(result));
    run.stop = (reason) => {
      stop(reason === 'break' ? 'break' : 'done');
      run.finish(reason === 'break' ? 'FILE PLAYED' : 'PLAYBACK ERROR');
    };
  },
  endless_playback(channel, run) {
    let stop: (status: 'break' | 'done') => void = () => undefined;
    const again = () => {
      stop = startPlayback(channel, run.argument.trim(), (result) => {
        if (result === 'FILE PLAYED') again();
        else run.finish(result);
      });
    };
    again();
    run.stop = (reason) => {
      stop(reason === 'break' ? 'break' : 'done');
      // FreeSWITCH's starts over when it is broken off; only a bridge or the end stops it.
      if (reason === 'break') again();
      else run.finish('PLAYBACK ERROR');
    };
  },
  record_session(channel, run) {
    const [path = '', limit = '0'] = run.argument.trim().split(' ');
    channel.recordings.start(path, Number(limit.replace('+', '')) || 0).then(
      () => run.finish(NOTHING),
      () => run.finish(NOTHING),
    );
  },
  stop_record_session(channel, run) {
    const path = run.argument.trim();
    const stopped = path === 'all' ? channel.recordings.stopAll() : channel.recordings.stop(path);
    void Promise.resolve(stopped).then(() => run.finish(NOTHING));
  },
  send_dtmf(channel, run) {
    channel.media.sendDigits(run.argument.trim());
    run.finish(NOTHING);
  },
  play_and_get_digits: playAndGetDigits,
  read,
  eavesdrop,
};

/** `name=value`; an empty value takes the variable away. */
export function setVariable(channel: Channel, text: string): void {
  const at = text.indexOf('=');
  const name = (at < 0 ? text : text.slice(0, at)).trim();
  const value = at < 0 ? '' : text.slice(at + 1);
  if (name === '') return;
  if (value === '' || value === '_undef_') channel.variables.delete(name);
  else channel.variables.set(name, value);
}

/** min max tries timeout terminators file invalid-file [variable [pattern [digit-timeout]]] */
function playAndGetDigits(channel: Channel, run: Run): void {
  const [min, max, tries, timeout, terminators = '', prompt = '', invalid = '', variable, pattern, between] =
    run.argument.trim().split(/ +/);
  const request = {
    min: Number(min) || 0,
    max: Number(max) || 1,
    prompt,
    timeoutMs: Number(timeout) || 5000,
    digitTimeoutMs: Number(between) || Number(timeout) || 5000,
    terminators: terminators === 'none' ? '' : terminators,
  };
  const valid = matcher(pattern);
  let stop: () => void = () => undefined;
  const ask = (triesLeft: number) => {
    stop = collectDigits(channel, request, (digits) => {
      if (digits.length >= request.min && digits !== '' && valid(digits)) {
        if (variable) channel.variables.set(variable, digits);
        return run.finish(NOTHING);
      }
      const playback = startPlayback(channel, invalid, () => (triesLeft > 1 ? ask(triesLeft - 1) : fail()));
      stop = () => playback('break');
    });
  };
  const fail = () => {
    if (variable) channel.variables.delete(variable);
    run.finish(NOTHING);
  };
  run.stop = () => {
    stop();
    run.finish(NOTHING);
  };
  ask(Math.min(Number(tries) || 1, 20));
}

/** FreeSWITCH matches the whole input; a pattern it cannot read lets everything through. */
function matcher(pattern: string | undefined): (digits: string) => boolean {
  if (!pattern || pattern.length > 64) return () => true;
  try {
    // Both sides are the control plane's and a few digits; the length above bounds what a bad pattern costs.
    const expression = new RegExp(`^(?:${pattern})$`);
    return (digits) => expression.test(digits);
  } catch {
    return () => true;
  }
}

/** min max file variable timeout terminators */
function read(channel: Channel, run: Run): void {
  const [min, max, prompt = '', variable = '', timeout, terminators = ''] = run.argument.trim().split(/ +/);
  const request = {
    min: Number(min) || 0,
    max: Number(max) || 1,
    prompt,
    timeoutMs: Number(timeout) || 1000,
    digitTimeoutMs: Number(timeout) || 1000,
    terminators: terminators === 'none' ? '' : terminators,
  };
  const stop = collectDigits(channel, request, (digits, result) => {
    if (variable) channel.variables.set(variable, digits);
    channel.variables.set('read_result', result);
    run.finish(NOTHING);
  });
  run.stop = () => {
    stop();
    channel.variables.set('read_result', 'failure');
    run.finish(NOTHING);
  };
}

/** `eavesdrop <uuid>`: modes by keypad, unless eavesdrop_enable_dtmf=false, and by the event Channel.eavesdrop gets. */
function eavesdrop(channel: Channel, run: Run): void {
  const target = channel.services.channels.get(run.argument.trim());
  if (!target?.isUp || target === channel) return run.finish(NOTHING);
  const listening = new Eavesdrop(channel.media, target.media);
  const isSet = (name: string) => channel.variables.get(name) === 'true';
  listening.setMode(
    ((isSet('eavesdrop_whisper_aleg') ? 1 : 0) | (isSet('eavesdrop_whisper_bleg') ? 2 : 0)) as EavesdropMode,
  );
  const remove = channel.media.play(listening, () => undefined);
  const bug: [string, string][] = [
    ['Media-Bug-Function', 'eavesdrop'],
    ['Media-Bug-Target', channel.uuid],
  ];
  const end = () => {
    if (run.over) return;
    target.listeners.delete(listening);
    listening.close();
    remove();
    channel.eavesdrop = undefined;
    channel.digitListener = undefined;
    target.publish('MEDIA_BUG_STOP', bug);
    run.finish(NOTHING);
  };
  channel.eavesdrop = listening;
  target.listeners.set(listening, end);
  if (channel.variables.get('eavesdrop_enable_dtmf') !== 'false') {
    channel.digitListener = (digit) => commandEavesdrop(channel, digit);
  }
  run.deaf = true;
  run.stop = end;
  target.publish('MEDIA_BUG_START', bug);
}

/** 0 to 3: the mode; `*`: no more. Anything else is nothing. */
export function commandEavesdrop(channel: Channel, command: string): void {
  const { eavesdrop: listening } = channel;
  if (!listening) return;
  if (/^[0-3]$/.test(command)) listening.setMode(Number(command) as EavesdropMode);
  else if (command === '*') {
    for (const other of channel.services.channels) other.listeners.get(listening)?.();
  }
}
