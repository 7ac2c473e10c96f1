import type { Browser, Page } from 'playwright-core';
import { QRCodeSVG } from 'qrcode.react';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import type { RegisteredDevice } from '../../src/contracts/standing.js';
import { digestResponse } from '../../src/sip/digest-hash.js';
import { challengeOf } from '../integration/sip-phone.js';
import { expectNoBarriers } from '../support/accessibility.js';
import { openBrowser, signIn, visit } from '../support/browser.js';
import { rawTcp, sipText, statusOf } from '../support/raw-sip.js';
import { describeWith } from '../support/requirements.js';
import { ADMIN, System } from '../support/system.js';

/** `section/key` → value of a Linphone configuration, as a browser’s parser reads it. */
const READ = `(xml) => Object.fromEntries([...new DOMParser().parseFromString(xml, 'application/xml')
  .querySelectorAll('entry')].map((entry) => [entry.parentElement.getAttribute('name') + '/' + entry.getAttribute('name'),
    entry.textContent]))`;

/** The modules of a QR code. */
const pathsIn = (markup: string): string[] =>
  [...markup.matchAll(/ d="([^"]+)"/g)].map(([, path]) => path as string);

describeWith(['chromium'], 'the QR code for a softphone', () => {
  let system: System;
  let browser: Browser;
  beforeAll(async () => {
    [system, browser] = await Promise.all([System.start(), openBrowser()]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  /** Presses, and sees that the code that is shown is the link’s that was made. @returns the link */
  async function shown(page: Page, button: string): Promise<string> {
    const answered = page.waitForResponse(/\/softphone-link$/);
    await page.getByRole('dialog').getByRole('button', { name: button }).click();
    const { urls } = (await (await answered).json()) as { urls: { linphone: string } };
    const expected = pathsIn(renderToStaticMarkup(createElement(QRCodeSVG, { value: urls.linphone })));
    const code = page.getByRole('img', { name: 'QR code of the account' });
    await code.waitFor();
    expect(pathsIn(await code.innerHTML())).toEqual(expected);
    return urls.linphone;
  }

  /** REGISTER as the document says. @returns the status */
  async function register(entries: Record<string, string>): Promise<number> {
    const { user, ha1 } = { user: entries['auth_info_1/username'] ?? '', ha1: entries['auth_info_1/ha1'] };
    const [, host, port] =
      /^<sip:([\d.]+):(\d+);transport=tcp>$/.exec(entries['proxy_0/reg_proxy'] ?? '') ?? [];
    const uri = `sip:${host}:${port}`;
    const phone = await rawTcp(Number(port));
    const send = (cseq: number, more = '') =>
      phone.send(
        sipText(`REGISTER ${uri};transport=tcp SIP/2.0
          Via: SIP/2.0/TCP 127.0.0.1:${phone.port};branch=z9hG4bK${cseq}
          Max-Forwards: 70
          From: ${entries['proxy_0/reg_identity']};tag=1
          To: ${entries['proxy_0/reg_identity']}
          Call-ID: linphone@127.0.0.1
          CSeq: ${cseq} REGISTER
          Contact: <sip:${user}@127.0.0.1:${phone.port};transport=tcp>
          User-Agent: LinphoneAndroid/5.2
          Expires: 300${more && `\n${more}`}`),
      );
    send(1);
    const { realm, nonce } = challengeOf(await phone.answer((text) => statusOf(text) === 401), 'SHA-256');
    expect(realm).toBe(entries['auth_info_1/realm']);
    const qop = { nc: '00000001', cnonce: 'c0ffee' };
    const asked = { algorithm: 'SHA-256', username: user, realm, password: '', ha1, nonce, qop } as const;
    const response = digestResponse({ ...asked, method: 'REGISTER', uri });
    send(
      2,
      `Authorization: Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", algorithm=SHA-256, qop=auth, nc=${qop.nc}, cnonce="${qop.cnonce}", response="${response}"`,
    );
    const final = await phone.answer((text) => /^CSeq: 2 /im.test(text) && statusOf(text) >= 200);
    return statusOf(final);
  }

  test('sets one phone up, which then registers, and runs out before one’s eyes', async () => {
    const { page, context, complaints } = await visit(browser, system.web);
    await signIn(page, ADMIN.email, ADMIN.password);
    await page.clock.install();
    await page.goto('/extensions');
    await page.getByRole('button', { name: 'Softphone settings: Anna' }).click();
    const url = await shown(page, 'QR code for Linphone');
    await page
      .getByRole('timer')
      .getByText(/^Holds for (9:\d\d|10:00)$/)
      .waitFor();
    await expectNoBarriers(page);

    const fetched = await fetch(url, { headers: { 'X-Linphone-Provisioning': '1' } });
    expect(fetched.status).toBe(200);
    const xml = JSON.stringify(await fetched.text());
    const entries = await page.evaluate<Record<string, string>>(`(${READ})(${xml})`);
    expect(await register(entries)).toBe(200);
    const { body } = await system.api<{ items: RegisteredDevice[] }>('GET', '/devices');
    expect(body.items).toMatchObject([
      { extension: { number: '101' }, transport: 'tcp', userAgent: 'LinphoneAndroid/5.2' },
    ]);
    expect((await fetch(url)).status).toBe(410);

    await page.clock.fastForward('10:01');
    await page.getByText('The QR code has run out.').waitFor();
    expect(await shown(page, 'Another QR code')).not.toBe(url);
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);
});
