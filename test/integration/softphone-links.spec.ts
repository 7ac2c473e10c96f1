import { createHash } from 'node:crypto';
import { clock } from '../../src/common/clock.js';
import { Api, type Answer } from '../support/api.js';

const SOFTPHONE = { 'User-Agent': 'LinphoneAndroid/5.2', 'X-Linphone-Provisioning': '1' };
/** Everything that XML, a display name and a SIP address take amiss. */
const NAME = `O’Brien & "Söhne" <sales>\u0007`;
const UNKNOWN = 'A'.repeat(32);

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('the link that sets a softphone up', () => {
  let api: Api;
  let id: string;
  const realNow = clock.now;
  beforeEach(async () => {
    api = await Api.start();
    id = api.extensionId('101');
  }, 60_000);
  afterEach(async () => {
    clock.now = realNow;
    await api.close();
  });

  const make = async () =>
    (await api.as('admin@example.com', 'POST', `/extensions/${id}/softphone-link`)).body;
  const get = (url: string, headers: Record<string, string> = SOFTPHONE, method = 'GET') =>
    api.fetch(method, new URL(url).pathname, { headers });
  const unknown = (headers?: Record<string, string>) =>
    get(`${api.web}/api/v1/softphone-links/linphone/${UNKNOWN}`, headers);
  const password = () => api.provisioning.snapshot.extensions.get(id)?.sipPassword ?? '';

  /** The document as a real parser reads it, by PostgreSQL: it throws for one that is not well-formed. */
  const values = async ({ body }: Answer, xpath: string) => {
    const [row] = await api.sql.query<{ found: string[] }>(
      `SELECT xpath($2, XMLPARSE(DOCUMENT $1), ARRAY[ARRAY['l', 'http://www.linphone.org/xsds/lpconfig.xsd']])::text[]
         AS found`,
      [String(body).replace(/^<\?xml.*\?>/, ''), `${xpath}/text()`],
    );
    return row?.found.map((text) =>
      text
        .replace(/&lt;/g, '<')
        .replace(/&gt;/g, '>')
        .replace(/&quot;/g, '"')
        .replace(/&amp;/g, '&'),
    );
  };
  const entry = async (answer: Answer, section: string, key: string) =>
    (await values(answer, `/l:config/l:section[@name="${section}"]/l:entry[@name="${key}"]`))?.join();

  test('hands the account to Linphone once, as XML, and says so in the ledger', async () => {
    const { urls, expiresAt, holdsS } = await make();
    expect(urls.linphone).toMatch(
      new RegExp(`^${api.web}/api/v1/softphone-links/linphone/[A-Za-z0-9_-]{32}$`),
    );
    expect(Math.round((Date.parse(expiresAt) - Date.now()) / 10_000)).toBe(60);
    expect(holdsS).toBe(600);
    const answer = await get(urls.linphone);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/xml; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await entry(answer, 'proxy_0', 'reg_identity')).toBe('"Anna" <sip:101@127.0.0.1>');
    expect(await entry(answer, 'proxy_0', 'reg_proxy')).toBe('<sip:127.0.0.1:5060;transport=tcp>');
    expect(await entry(answer, 'misc', 'transient_provisioning')).toBe('1');
    expect(await entry(answer, 'auth_info_0', 'username')).toBe('101');
    expect(await entry(answer, 'auth_info_1', 'algorithm')).toBe('SHA-256');
    expect(await entry(answer, 'auth_info_1', 'ha1')).toBe(sha256(`101:linekeeper:${password()}`));
    expect(String(answer.body)).not.toContain(password());

    const again = await get(urls.linphone);
    expect([again.status, again.body.detail]).toEqual([
      410,
      'this link was used: an administrator makes a new one',
    ]);
    expect((await get(urls.acrobits)).status).toBe(410);

    expect(await api.entries('softphone.link-made')).toEqual([
      { actor: expect.stringMatching(/^user:/), call_id: null, payload: { extensionId: id, expiresAt } },
    ]);
    const used = { extensionId: id, form: 'linphone', source: '127.0.0.1', userAgent: 'LinphoneAndroid/5.2' };
    expect(await api.entries('softphone.link-used')).toEqual([
      { actor: 'system', call_id: null, payload: used },
    ]);
  });

  test('is well-formed whatever the name, in each form', async () => {
    await api.as('admin@example.com', 'PATCH', `/extensions/${id}`, { name: NAME });
    await api.as('admin@example.com', 'PATCH', '/company', { sipDomain: 'sip.example.com' });
    const linphone = await get((await make()).urls.linphone);
    expect(await entry(linphone, 'proxy_0', 'reg_identity')).toBe(
      '"O’Brien & Söhne <sales>" <sip:101@sip.example.com>',
    );
    expect(await entry(linphone, 'proxy_0', 'reg_route')).toBe('<sip:127.0.0.1:5060;transport=tcp>');
    const acrobits = await get((await make()).urls.acrobits);
    expect(await values(acrobits, '/account/userDisplayName')).toEqual(['O’Brien & "Söhne" <sales>']);
    expect(await values(acrobits, '/account/password')).toEqual([password()]);
    expect(await values(acrobits, '/account/host')).toEqual(['sip.example.com']);
    expect(await values(acrobits, '/account/proxy')).toEqual(['127.0.0.1:5060']);
    const zoiper = await get((await make()).urls.zoiper);
    expect(await values(zoiper, '/options/accounts/account/username')).toEqual(['101']);
    expect(await values(zoiper, '/options/accounts/account/password')).toEqual([password()]);
  });

  test('of two who fetch at once, one gets it', async () => {
    const { urls } = await make();
    const answers = await Promise.all([get(urls.linphone), get(urls.linphone), get(urls.zoiper)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410, 410]);
    expect(await api.entries('softphone.link-used')).toHaveLength(1);
  });

  test('holds ten minutes, and until another one is made', async () => {
    const first = await make();
    clock.now = () => realNow() + 599_000;
    const second = await make();
    expect((await get(first.urls.linphone)).status).toBe(404);
    clock.now = () => realNow() + 599_000 + 601_000;
    const late = await get(second.urls.linphone);
    expect([late.status, late.body.detail]).toEqual([
      410,
      'this link has run out: an administrator makes a new one',
    ]);
    expect(await api.entries('softphone.link-used')).toEqual([]);
  });

  test('is left unused by a browser that opens it, and by who only asks for it', async () => {
    const { urls } = await make();
    const browser = await get(urls.linphone, { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect([browser.status, browser.body.detail]).toEqual([
      406,
      'this link is for a softphone: scan the QR code with it',
    ]);
    expect((await get(urls.linphone, SOFTPHONE, 'HEAD')).status).toBe(406);
    expect((await get(urls.linphone)).status).toBe(200);
  });

  test('is not found by trying: after twenty wrong ones no more is read from there for a quarter of an hour', async () => {
    const { urls } = await make();
    for (let tries = 0; tries < 20; tries++) expect((await unknown()).status).toBe(404);
    const refused = await get(urls.linphone);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '900']);
    const elsewhere = { ...SOFTPHONE, 'X-Forwarded-For': '192.0.2.7' };
    expect((await unknown(elsewhere)).status).toBe(404);
    clock.now = () => realNow() + 901_000;
    expect((await unknown()).status).toBe(404);
  });

  test('is made by administrators alone, and its token is kept nowhere', async () => {
    const path = `/extensions/${id}/softphone-link`;
    expect((await api.as('supervisor@example.com', 'POST', path)).status).toBe(403);
    expect((await api.as('manager1@example.com', 'POST', path)).status).toBe(403);
    const nobodys = `/extensions/01890000-0000-7000-8000-000000000000/softphone-link`;
    expect((await api.as('admin@example.com', 'POST', nobodys)).status).toBe(404);
    const token = (await make()).urls.linphone.split('/').at(-1) as string;
    const [row] = await api.sql.query<{ kept: string }>(
      `SELECT (SELECT string_agg(s::text, '') FROM softphone_link s)
         || (SELECT string_agg(l::text, '') FROM ledger_entry l) AS kept`,
    );
    expect(row?.kept).not.toContain(token);
    expect(row?.kept).not.toContain(Buffer.from(token).toString('hex'));
  });
});
