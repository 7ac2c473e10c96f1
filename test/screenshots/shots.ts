import type { Locator, Page } from 'playwright-core';
import type { Texts } from '../../src/web/i18n/en.js';

export type Role = 'nobody' | 'manager' | 'supervisor' | 'admin';

/** One picture: where, as whom, and what is done there first. */
export interface Shot {
  role: Role;
  name: string;
  path: string;
  prepare?: (page: Page, texts: Texts) => Promise<unknown>;
  /** As the file of README's picture of it: as a desktop shows it, light, in English. */
  readme?: string;
}

const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name }).first();
const opens = (of: (texts: Texts) => string) => (page: Page, texts: Texts) => button(page, of(texts)).click();
const starting = (words: string) => new RegExp(`^${words.replace(/\{\{.*\}\}.*/, '')}`);
/** The card of the first client of a list who has a name. */
const client = async (page: Page) => {
  await page.getByRole('link', { name: 'Orlov & Sons' }).first().click();
  await page.locator('article').first().waitFor();
};

export const SHOTS: readonly Shot[] = [
  { role: 'nobody', name: 'sign-in', path: '/' },
  { role: 'nobody', name: 'try', path: '/try' },

  { role: 'manager', name: 'debts', path: '/debts', readme: 'debts' },
  { role: 'manager', name: 'calls', path: '/calls' },
  { role: 'manager', name: 'clients', path: '/clients' },
  { role: 'manager', name: 'client', path: '/clients', prepare: client },
  {
    role: 'manager',
    name: 'presence',
    path: '/debts',
    prepare: (page, texts) => button(page, new RegExp(texts.app.account)).click(),
  },
  { role: 'manager', name: 'dialler', path: '/debts', prepare: opens(({ dial }) => dial.title) },
  { role: 'manager', name: 'nowhere', path: '/nowhere' },

  { role: 'supervisor', name: 'wall', path: '/wall', readme: 'wall' },
  {
    role: 'supervisor',
    name: 'join',
    path: '/wall',
    prepare: (page, texts) => button(page, starting(texts.supervise.call)).click(),
  },
  {
    role: 'supervisor',
    name: 'follow',
    path: '/wall',
    prepare: (page, texts) => button(page, starting(texts.supervise.followOf)).click(),
  },
  { role: 'supervisor', name: 'missed', path: '/missed' },
  {
    role: 'supervisor',
    name: 'missed-close',
    path: '/missed',
    prepare: (page, texts) => button(page, starting(texts.missed.closeOf)).click(),
  },
  { role: 'supervisor', name: 'calls', path: '/calls' },
  {
    role: 'supervisor',
    name: 'call',
    path: '/recordings',
    prepare: async (page) => {
      await page.locator('tbody a[href^="/calls/"]').last().click();
      await page.locator('section').first().waitFor();
    },
  },
  {
    role: 'supervisor',
    name: 'recordings',
    path: '/recordings',
    readme: 'recordings',
    prepare: async (page, texts) => {
      await page
        .getByRole('button', { name: starting(texts.recordings.listenTo) })
        .last()
        .click();
      await page.getByRole('button', { name: texts.player.pause, exact: true }).waitFor();
    },
  },
  { role: 'supervisor', name: 'recordings-check', path: '/recordings/check' },
  {
    role: 'supervisor',
    name: 'download',
    path: '/recordings',
    prepare: async (page, texts) => {
      await page.locator('tbody a[href^="/calls/"]').last().click();
      await button(page, texts.download.save).click();
    },
  },
  {
    role: 'supervisor',
    name: 'reveal',
    path: '/clients',
    prepare: async (page, texts) => {
      await client(page);
      await button(page, texts.reveal.open).click();
    },
  },
  {
    role: 'supervisor',
    name: 'wall-paused',
    path: '/wall',
    prepare: async (page, texts) => {
      const paused = page.getByText(texts.pause.paused).first();
      if (await paused.isVisible()) return;
      await button(page, starting(texts.pause.pause)).click();
      await paused.waitFor();
    },
  },
  { role: 'supervisor', name: 'day', path: '/day' },

  { role: 'admin', name: 'set-up', path: '/set-up' },
  { role: 'admin', name: 'password', path: '/password' },
  { role: 'admin', name: 'people', path: '/people' },
  { role: 'admin', name: 'people-new', path: '/people', prepare: opens(({ people }) => people.create) },
  { role: 'admin', name: 'extensions', path: '/extensions' },
  {
    role: 'admin',
    name: 'extensions-change',
    path: '/extensions',
    prepare: (page, texts) => button(page, starting(texts.common.changeOf)).click(),
  },
  {
    role: 'admin',
    name: 'softphone',
    path: '/extensions',
    prepare: async (page, texts) => {
      await button(page, starting(texts.softphone.of)).click();
      await page.getByRole('dialog').locator('code').first().waitFor();
    },
  },
  { role: 'admin', name: 'devices', path: '/devices', readme: 'devices' },
  { role: 'admin', name: 'groups', path: '/groups' },
  { role: 'admin', name: 'groups-new', path: '/groups', prepare: opens(({ groups }) => groups.create) },
  {
    role: 'admin',
    name: 'groups-remove',
    path: '/groups',
    prepare: (page, texts) => button(page, starting(texts.common.removeOf)).click(),
  },
  { role: 'admin', name: 'numbers', path: '/numbers' },
  { role: 'admin', name: 'numbers-new', path: '/numbers', prepare: opens(({ numbers }) => numbers.create) },
  { role: 'admin', name: 'prompts', path: '/prompts' },
  { role: 'admin', name: 'prompts-new', path: '/prompts', prepare: opens(({ prompts }) => prompts.upload) },
  { role: 'admin', name: 'trunks', path: '/trunks' },
  { role: 'admin', name: 'trunks-new', path: '/trunks', prepare: opens(({ trunks }) => trunks.create) },
  {
    role: 'admin',
    name: 'trunks-test',
    path: '/trunks',
    prepare: async (page, texts) => {
      await button(page, starting(`${texts.trunkTest.test}:`)).click();
      await page.getByRole('dialog').getByRole('button', { name: texts.trunkTest.look }).click();
      await page.getByRole('dialog').locator('[role=status]').first().waitFor();
    },
  },
  { role: 'admin', name: 'company', path: '/company' },
  { role: 'admin', name: 'dialling-rules', path: '/dialling-rules' },
  { role: 'admin', name: 'recording-rules', path: '/recording-rules' },
  {
    role: 'admin',
    name: 'recording-rules-new',
    path: '/recording-rules',
    prepare: opens(({ recordingRules }) => recordingRules.create),
  },
  { role: 'admin', name: 'holds', path: '/holds' },
  { role: 'admin', name: 'holds-new', path: '/holds', prepare: opens(({ holds }) => holds.create) },
  {
    role: 'admin',
    name: 'call-kept',
    path: '/recordings',
    prepare: async (page, texts) => {
      await page.locator('tbody a[href^="/calls/"]').last().click();
      await button(page, texts.holds.hold).click();
    },
  },
  { role: 'admin', name: 'rights', path: '/rights' },
  { role: 'admin', name: 'ledger', path: '/ledger', readme: 'ledger' },
  {
    role: 'admin',
    name: 'ledger-entry',
    path: '/ledger',
    prepare: (page) => page.locator('[aria-controls^=ledger-]').first().click(),
  },
  { role: 'admin', name: 'state', path: '/state' },
  {
    role: 'admin',
    name: 'state-drain',
    path: '/state',
    prepare: (page, texts) => button(page, starting(texts.health.drainOf)).click(),
  },
];
