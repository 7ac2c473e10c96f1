import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { LedgerEntryView } from '../../contracts/ledger.js';
import { API } from '../api/endpoints.js';
import { reading } from '../api/query.js';
import { useNames } from '../i18n/names.js';

const MOST = { query: { limit: 200 } };

interface LedgerWords {
  /** Who it was: a person by address, an extension by name. */
  actor: (name: string) => string;
  /** What an entry says beside its kind, in a line. */
  facts: (entry: LedgerEntryView) => string;
  /** Who may have written entries, to be chosen from. */
  actors: { value: string; label: string }[];
}

/** The ledger's names and facts in words. */
export function useLedgerWords(): LedgerWords {
  const { t } = useTranslation();
  const endingOf = useNames('ending');
  const madeOf = useNames('made');
  const extensions = useQuery(reading(API.extensions, MOST)).data?.items ?? [];
  const people = useQuery(reading(API.people, MOST)).data?.items ?? [];
  const extensionOf = (by: 'id' | 'number', value: unknown): string => {
    const found = extensions.find((one) => one[by] === value);
    return found ? `${found.name} · ${found.number}` : '';
  };
  const actor = (name: string): string => {
    const [kind = '', ...rest] = name.split(':');
    const who = rest.join(':');
    if (kind === 'user') return people.find(({ id }) => id === who)?.email ?? t('ledger.formerPerson');
    if (kind === 'extension') return extensionOf('number', who) || who;
    if (kind === 'carrier') return t('ledger.carrier', { name: who });
    return name === 'system' ? t('ledger.system') : name;
  };
  const words: Record<string, (value: string) => string> = {
    what: madeOf,
    action: madeOf,
    role: (role) => (role in ROLES ? t(`role.${role as 'admin'}`) : role),
    presence: (presence) => t(presence === 'away' ? 'presence.away' : 'presence.here'),
    mode: (mode) => (mode in MODES ? t(`supervise.${mode as 'listen'}`) : mode),
    ending: endingOf,
    reason: endingOf,
    extensionId: (id) => extensionOf('id', id),
    toExtensionId: (id) => extensionOf('id', id),
  };
  return {
    actor,
    facts: ({ payload }) => {
      const { fields } = payload;
      const whole = { ...(typeof fields === 'object' ? (fields as object) : {}), ...payload };
      return TOLD.flatMap((name) => {
        const value = (whole as Record<string, unknown>)[name];
        if (typeof value !== 'string' && typeof value !== 'number') return [];
        return words[name]?.(String(value)) ?? String(value);
      })
        .filter(Boolean)
        .join(' · ');
    },
    actors: [
      ...people.map(({ id, email }) => ({ value: `user:${id}`, label: email })),
      ...extensions.map(({ number, name }) => ({
        value: `extension:${number}`,
        label: `${name} · ${number}`,
      })),
      { value: 'system', label: t('ledger.system') },
    ],
  };
}

const ROLES = { admin: 1, supervisor: 1, manager: 1 };
const MODES = { listen: 1, whisper: 1, barge: 1 };
/** What an entry's line tells of its payload, in this order. The whole payload is one press away. */
const TOLD = [
  'what',
  'action',
  'email',
  'name',
  'number',
  'companyNumber',
  'extensionId',
  'toExtensionId',
  'mode',
  'presence',
  'role',
  'ending',
  'reason',
  'finding',
  'source',
] as const;
