import { admin } from './ru/admin.js';
import { common } from './ru/common.js';
import { manager } from './ru/manager.js';
import { phone } from './ru/phone.js';
import { rules } from './ru/rules.js';
import { said } from './ru/said.js';
import { supervisor } from './ru/supervisor.js';
import { words } from './ru/words.js';
import type { Translation } from './translation.js';

/** То же по-русски. */
export const ru: Translation = {
  ...common,
  ...manager,
  ...supervisor,
  ...admin,
  ...rules,
  ...phone,
  ...words,
  said,
};
