import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { IncomingCall } from '../../src/simulate/incoming-call.js';
import { COMPANY_NUMBER, expectToHear, Office, TONES } from '../support/office.js';
import { pressOnceTold } from '../support/spoken.js';

const README = resolve(import.meta.dirname, '../../README.md');
const CLIENT = '+79161230077';
const MOBILE = '+79165550401';
const PROXY = '+74950000201';
/** In the table each client's code is this one. */
const CODE = '40726';

describe('what each side sees, as README has it', () => {
  let office: Office;
  let code = '';
  let ended = 0;
  const rows: string[] = [];

  beforeAll(async () => {
    office = await Office.open();
    await office.changeGroup({ memberIds: [await office.extensionId('101')] });
    await office.system.signIn('manager1', 'manager1@example.com', 'manager1-demo');
    const { id: groupId } = await office.group();
    await office.system.api('POST', '/company-numbers', {
      number: PROXY,
      name: 'Pool',
      isProxy: true,
      groupId,
    });
  }, 90_000);
  afterEach(async () => {
    await office.system.endedCalls((ended += 1));
    await office.silentDesks();
  });
  afterAll(() => office?.close());

  const shown = ({ shown: { name, user } }: IncomingCall) =>
    `shows ${name === '' || name.includes(user) ? name || user : `${name}, ${user}`}`;
  const row = (...cells: string[]) => {
    const written = `| ${cells.join(' | ')} |`;
    rows.push(code === '' ? written : written.replaceAll(code, CODE));
  };

  it('a client calls, and is passed on', async () => {
    const desk = await office.manager('101');
    const call = await office.call(CLIENT);
    const ringing = await desk.incoming();
    const manager = await ringing.answer(TONES['101']);
    const client = await call.answered;
    await expectToHear(client.audio, TONES['101']);
    const colleague = await office.manager('102');
    await manager.refer('102');
    const second = await colleague.incoming();
    const taken = await second.answer(TONES['102']);
    await expectToHear(client.audio, TONES['102']);
    code = ringing.shown.user;
    row('a client calls', `dials ${COMPANY_NUMBER}`, shown(ringing));
    row('he is passed on to a colleague', 'sees nothing new', `the colleague’s phone ${shown(second)}`);
    await client.hangUp();
    await taken.ended;
  });

  it('a client who withholds his number calls', async () => {
    const desk = await office.manager('101');
    const call = await office.call('anonymous', { displayName: 'Anonymous', headers: { Privacy: 'id' } });
    const ringing = await desk.incoming();
    const manager = await ringing.answer();
    row('one who withholds his number calls', `dials ${COMPANY_NUMBER}`, shown(ringing));
    await (await call.answered).hangUp();
    await manager.ended;
  });

  it('a manager dials a code', async () => {
    const outgoing = await (await office.manager('101')).dial(code);
    const atClient = await office.carrier.incoming();
    row('a manager dials a code', shown(atClient), `dials ${code}`);
    const client = await atClient.answer();
    await (await outgoing.answered).hangUp();
    await client.ended;
  });

  it('a manager clicks', async () => {
    const desk = await office.manager('101');
    await office.system.api('POST', '/calls', { clientCode: code }, { as: 'manager1' });
    const atManager = await desk.incoming();
    const manager = await atManager.answer();
    const atClient = await office.carrier.incoming();
    row('a manager clicks “call”', shown(atClient), shown(atManager));
    const client = await atClient.answer();
    await manager.hangUp();
    await client.ended;
  });

  it('a client’s call rings a mobile', async () => {
    await office.system.api('PATCH', `/extensions/${await office.extensionId('101')}`, { mobile: MOBILE });
    const call = await office.call(CLIENT);
    const atMobile = await office.carrier.incoming();
    row('a client’s call rings a plain mobile', `dials ${COMPANY_NUMBER}`, `the mobile ${shown(atMobile)}`);
    const mobile = await atMobile.answer();
    await pressOnceTold(mobile, '1');
    await (await call.answered).hangUp();
    await mobile.ended;
  });

  it('the mobile calls back', async () => {
    const outgoing = await office.carrier.dial(PROXY, {
      from: MOBILE,
      headers: { 'P-Asserted-Identity': `<sip:${MOBILE}@carrier>` },
    });
    const atClient = await office.carrier.incoming();
    row('the mobile calls back', shown(atClient), `the mobile dials ${PROXY}`);
    const client = await atClient.answer();
    await (await outgoing.answered).hangUp();
    await client.ended;
  });

  it('colleagues call each other', async () => {
    await office.system.api('PATCH', `/extensions/${await office.extensionId('101')}`, { mobile: null });
    const colleague = await office.manager('102');
    const outgoing = await (await office.manager('101')).dial('102');
    const ringing = await colleague.incoming();
    row('a manager calls a colleague', '–', shown(ringing));
    await ringing.answer();
    await (await outgoing.answered).hangUp();
    const known = readFileSync(README, 'utf8').split('\n').map(tight);
    expect(rows.filter((one) => !known.includes(tight(one)))).toEqual([]);
  });
});

/** Tables are aligned with blanks. */
const tight = (line: string): string => line.replace(/ +/g, ' ');
