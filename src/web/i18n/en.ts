import { admin } from './en/admin.js';
import { common } from './en/common.js';
import { manager } from './en/manager.js';
import { phone } from './en/phone.js';
import { rules } from './en/rules.js';
import { said } from './en/said.js';
import { supervisor } from './en/supervisor.js';
import { words } from './en/words.js';

/** What the pages say in English. The other languages have the same keys (i18n.spec.ts holds them to it). */
export const en = { ...common, ...manager, ...supervisor, ...admin, ...rules, ...phone, ...words, said };

export type Texts = typeof en;
