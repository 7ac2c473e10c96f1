import {
  Code,
  Collapse,
  Group,
  Paper,
  Pill,
  Select,
  Stack,
  Text,
  TextInput,
  UnstyledButton,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import BookOpen from 'lucide-react/icons/book-open';
import ChevronDown from 'lucide-react/icons/chevron-down';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { LedgerEntryView, LedgerQuery } from '../../contracts/ledger.js';
import { API } from '../api/endpoints.js';
import { useNames } from '../i18n/names.js';
import { localDate, startOfDay, shifted } from '../parts/days.js';
import { useFormat } from '../parts/format.js';
import { Listed } from '../parts/listed.js';
import { Page } from '../parts/page.js';
import { RowLink } from '../parts/rows.js';
import { Empty } from '../parts/states.js';
import styles from './ledger.module.css';
import { KINDS } from './ledger-kinds.js';
import { useLedgerWords } from './ledger-words.js';

const REFRESH_MS = 10_000;
const FILTERS = ['kind', 'callId', 'clientId', 'actor', 'from', 'to'] as const;

/** The ledger in words, the newest first; the address holds the filters. */
export default function Ledger() {
  const { t } = useTranslation();
  const nameOf = useNames('kind');
  const words = useLedgerWords();
  const [search, setSearch] = useSearchParams();
  const set = (change: Record<string, string | null>) =>
    setSearch((before) => {
      for (const [name, value] of Object.entries(change)) {
        if (value) before.set(name, value);
        else before.delete(name);
      }
      return before;
    });
  const filters = Object.fromEntries(
    FILTERS.flatMap((name) => (search.get(name) ? [[name, search.get(name)]] : [])),
  ) as Partial<LedgerQuery>;
  const from = search.get('from');
  const showDay = (day: string) => {
    const begin = startOfDay(day);
    set(day ? { from: begin.toISOString(), to: shifted(begin, 1).toISOString() } : { from: null, to: null });
  };
  return (
    <Page title={t('nav.ledger')} lead={t('ledger.lead')}>
      <Group align="flex-end" gap="sm">
        <Select
          label={t('ledger.kind')}
          w="20rem"
          maw="100%"
          clearable
          searchable
          data={KINDS.map((value) => ({ value, label: nameOf(value) }))}
          value={search.get('kind')}
          onChange={(kind) => set({ kind })}
        />
        <TextInput
          label={t('ledger.day')}
          type="date"
          value={from ? localDate(new Date(from)) : ''}
          onChange={(event) => showDay(event.currentTarget.value)}
        />
        <Select
          label={t('ledger.actor')}
          w="16rem"
          maw="100%"
          clearable
          searchable
          data={words.actors}
          value={search.get('actor')}
          onChange={(actor) => set({ actor })}
        />
      </Group>
      <Group gap="sm" className={styles.narrowed}>
        {(['callId', 'clientId'] as const).map(
          (name) =>
            search.get(name) && (
              <Pill
                key={name}
                withRemoveButton
                size="md"
                removeButtonProps={{
                  'aria-label': t('calls.without', { filter: t(`ledger.of.${name}`) }),
                  'aria-hidden': false,
                  tabIndex: 0,
                }}
                onRemove={() => set({ [name]: null })}
              >
                {t(`ledger.of.${name}`)}
              </Pill>
            ),
        )}
      </Group>
      <Listed
        endpoint={API.ledger}
        query={{ limit: 50, ...filters }}
        everyMs={REFRESH_MS}
        empty={<Empty icon={BookOpen} title={t('ledger.empty')} hint={t('calls.emptyFilteredHint')} />}
      >
        {(entries) => (
          <Paper component="ol" className={styles.entries} aria-label={t('nav.ledger')}>
            {entries.map((entry) => (
              <Entry
                key={entry.seq}
                entry={entry}
                name={nameOf(entry.kind)}
                facts={words.facts(entry)}
                actor={words.actor(entry.actor)}
              />
            ))}
          </Paper>
        )}
      </Listed>
    </Page>
  );
}

interface EntryProps {
  entry: LedgerEntryView;
  name: string;
  facts: string;
  actor: string;
}

function Entry({ entry, name, facts: told, actor }: EntryProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [open, { toggle }] = useDisclosure();
  const facts = `ledger-${entry.seq}`;
  return (
    <li className={styles.entry}>
      <UnstyledButton className={styles.head} onClick={toggle} aria-expanded={open} aria-controls={facts}>
        <Text span c="dimmed" size="sm" className={`figures ${styles.seq}`}>
          {`#${entry.seq}`}
        </Text>
        <time dateTime={entry.at} className={styles.time}>
          {format.exact(entry.at)}
        </time>
        <span className={styles.name}>
          <Text span fw={550}>
            {name}
          </Text>
          {told && (
            <Text span size="sm" c="dimmed" className={styles.told}>
              {told}
            </Text>
          )}
        </span>
        <Text span size="sm" c="dimmed" className={styles.actor}>
          {actor}
        </Text>
        <ChevronDown size={16} aria-hidden className={open ? styles.turned : undefined} />
      </UnstyledButton>
      <Collapse expanded={open} id={facts}>
        <Stack gap="xs" p="md" pt={0} align="flex-start">
          {entry.callId && <RowLink to={`/calls/${entry.callId}`}>{t('ledger.toCall')}</RowLink>}
          {entry.clientId && <RowLink to={`/clients/${entry.clientId}`}>{t('ledger.toClient')}</RowLink>}
          <Code block tabIndex={0} w="100%">
            {JSON.stringify(entry.payload, null, 2)}
          </Code>
          <Text size="xs" c="dimmed" className={styles.hash}>
            {`${t('ledger.leaf')} ${entry.leafHash}`}
          </Text>
          <Text size="xs" c="dimmed" className={styles.hash}>
            {`${t('ledger.root')} ${entry.rootHash}`}
          </Text>
        </Stack>
      </Collapse>
    </li>
  );
}
