import { jest } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Replay, eventKey, type Recording } from './esl-replay.js';
import type { EslEvent } from './esl-client.js';

const FOLDER = join(import.meta.dirname, 'recorded/esl');

/** What FreeSWITCH can and this media server does not; each with its reason. */
const ELSEWHERE: Record<string, string> = {
  conference: 'nothing in the product makes a conference yet',
  heartbeat: 'takes 20 s; esl-clients.spec.ts has it',
  'heartbeat-json': 'takes 20 s; esl-clients.spec.ts has it',
  dtmf: 'the party presses keys between the frames; esl-media.spec.ts has it',
  'dtmf-json': 'the party presses keys between the frames; esl-media.spec.ts has it',
  'media-timeout': 'esl-media.spec.ts has it',
  'server-stops': 'esl-clients.spec.ts has it',
  'two-clients': 'both clients are in one list; esl-clients.spec.ts has it',
  'bridge-rebridged': 'its three parties hang up at once; esl-media.spec.ts has the transfer',
  'leg-no-common-codec': 'a leg that never lived is told of by its 488 alone',
  'filtered-events': 'the filter names a channel of its own',
};

/** Recordings that stop before the last leg has ended. */
const CUT_SHORT = ['broadcast-during-bridge'];

/** API commands that nothing here uses. */
const NOT_OURS = /^api (sofia status profile|strftime|global_getvar|hostname|eval|expand)/;

/** Replies that say what is true of one server at one moment: compared by their beginning. */
const CHANGING = [
  /^UP /,
  /^FreeSWITCH Version/,
  /^ +Name/,
  /^Event-Name: CHANNEL_DATA/,
  /^\{"/,
  /^uuid,direction/,
];
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

function normal(reply: string): string {
  const text = reply.replace(UUID, '<uuid>');
  const [head = '', ...rest] = text.split('\n\n');
  const body = rest.join('\n\n');
  if (head.includes('disconnect-notice')) return 'Content-Type: text/disconnect-notice';
  if (!head.includes('api/response')) return text;
  const begin = CHANGING.find((pattern) => pattern.test(body));
  return begin ? `api/response ${begin}` : `api/response ${body}`;
}

/** What of an event is compared by value. */
const VALUES = [
  'Application',
  'Application-Data',
  'Application-Response',
  'Playback-Status',
  'Playback-File-Type',
  'Media-Bug-Function',
  'Hangup-Cause',
  'Answer-State',
  'Call-Direction',
  'Job-Command',
];
/** Headers of FreeSWITCH's that say nothing here. */
const LEFT_OUT =
  /^(variable_|Other-|Caller-(Callee|Transfer|RDNIS|Profile)|Channel-Presence|Caller-Channel-Last)/;

const values = (event: EslEvent) =>
  Object.fromEntries(
    VALUES.flatMap((name) =>
      event[name] === undefined ? [] : [[name, event[name].replace(/^.*\/(?=[^/]+\.wav$)/, '')]],
    ),
  );
const names = (event: EslEvent) => Object.keys(event).filter((name) => !LEFT_OUT.test(name));

jest.setTimeout(20_000);

describe('ESL as FreeSWITCH 1.11.2 speaks it', () => {
  const files = readdirSync(FOLDER).map((file) => file.replace('.json', ''));

  it.each(files.filter((name) => !(name in ELSEWHERE)))('%s', async (name) => {
    const recording = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Recording;
    const { replies, events } = await new Replay(recording).run();
    const known = replies.filter(({ order }) => !NOT_OURS.test(order));
    expect(known.map(({ ours }) => normal(ours))).toEqual(known.map(({ recorded }) => normal(recorded)));
    for (const [recorded, all] of events.values()) {
      const ours = CUT_SHORT.includes(name) ? all.slice(0, recorded.length) : all;
      expect(ours.map(eventKey)).toEqual(recorded.map(eventKey));
      recorded.forEach((event, index) => {
        expect(values(ours[index]!)).toEqual(values(event));
        expect(names(ours[index]!)).toEqual(expect.arrayContaining(names(event)));
      });
    }
  });
});
