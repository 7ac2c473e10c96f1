import { CloseButton, Group, Paper, SegmentedControl, Select, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { CallsQuery } from '../../contracts/calls.js';
import { API } from '../api/endpoints.js';
import { useMe } from '../api/me.js';
import { CallsTable } from '../parts/calls-table.js';
import { useFormat } from '../parts/format.js';
import { Listed } from '../parts/listed.js';
import { Page } from '../parts/page.js';
import { Empty } from '../parts/states.js';

/** The live feed asks sooner; this is for when it is away. */
const REFRESH_MS = 10_000;
const OUTCOMES = ['answered', 'missed', 'abandoned', 'unreached'] as const;
/** Filters that come with a link from elsewhere, and are taken away one by one. */
const NARROWED = ['from', 'to', 'direction', 'manager', 'clientCode'] as const;

/** Calls as far as this person sees: a manager's own, or the company's. The address holds the filters. */
export default function Calls() {
  const { t } = useTranslation();
  const { role } = useMe();
  const [search, setSearch] = useSearchParams();
  const mine = role === 'manager';
  const title = t(mine ? 'calls.mine' : 'calls.title');
  const filters = Object.fromEntries(
    [...NARROWED, 'outcome'].flatMap((name) => (search.get(name) ? [[name, search.get(name)]] : [])),
  ) as Partial<CallsQuery>;
  const set = (name: string, value: string | null) =>
    setSearch((before) => {
      if (value === null) before.delete(name);
      else before.set(name, value);
      return before;
    });
  const outcome = {
    'aria-label': t('calls.filter'),
    value: filters.outcome ?? 'all',
    onChange: (value: string | null) => set('outcome', value === 'all' ? null : value),
    data: [
      { value: 'all', label: t('common.all') },
      ...OUTCOMES.map((value) => ({ value: value as string, label: t(`outcome.${value}`) })),
    ],
  };
  return (
    <Page title={title} lead={mine && t('calls.leadMine')}>
      <Group gap="sm">
        <SegmentedControl {...outcome} visibleFrom="sm" />
        <Select {...outcome} hiddenFrom="sm" allowDeselect={false} />
        {NARROWED.map((name) => {
          const value = search.get(name);
          return value && <Narrowed key={name} name={name} value={value} onRemove={() => set(name, null)} />;
        })}
      </Group>
      <Listed
        endpoint={API.calls}
        query={{ limit: 50, ...filters }}
        everyMs={REFRESH_MS}
        empty={
          Object.keys(filters).length === 0 ? (
            <Empty title={t('calls.empty')} hint={t('calls.emptyHint')} />
          ) : (
            <Empty title={t('calls.emptyFiltered')} hint={t('calls.emptyFilteredHint')} />
          )
        }
      >
        {(calls) => <CallsTable calls={calls} label={title} />}
      </Listed>
    </Page>
  );
}

interface NarrowedProps {
  name: (typeof NARROWED)[number];
  value: string;
  onRemove: () => void;
}

function Narrowed({ name, value, onRemove }: NarrowedProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const shown =
    name === 'from' || name === 'to'
      ? format.moment(value)
      : name === 'direction' && value in { inbound: 1, outbound: 1, internal: 1 }
        ? t(`direction.${value as 'inbound'}`)
        : value;
  return (
    <Paper px="sm" py={2} radius="xl">
      <Group gap={4} wrap="nowrap">
        <Text size="sm">{`${t(`calls.by.${name}`)} ${shown}`}</Text>
        <CloseButton
          size="sm"
          aria-label={t('calls.without', { filter: t(`calls.by.${name}`) })}
          onClick={onRemove}
        />
      </Group>
    </Paper>
  );
}
