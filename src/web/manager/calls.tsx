import { Group, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallView } from '../../contracts/calls.js';
import { API } from '../api/endpoints.js';
import { useMe } from '../api/me.js';
import { CallsTable } from '../parts/calls-table.js';
import { Listed } from '../parts/listed.js';
import { Page } from '../parts/page.js';
import { Empty } from '../parts/states.js';

const REFRESH_MS = 3_000;
const FILTERS = ['all', 'answered', 'missed', 'abandoned'] as const;
type Filter = (typeof FILTERS)[number];

/** Calls as far as this person sees: a manager's own, or the company's. */
export default function Calls() {
  const { t } = useTranslation();
  const { role } = useMe();
  const [filter, setFilter] = useState<Filter>('all');
  const mine = role === 'manager';
  const title = t(mine ? 'calls.mine' : 'calls.title');
  const outcome: CallView['outcome'] = filter === 'all' ? null : filter;
  return (
    <Page title={title} lead={mine && t('calls.leadMine')}>
      <Group>
        <SegmentedControl
          aria-label={t('calls.filter')}
          value={filter}
          onChange={(value) => setFilter(value as Filter)}
          data={FILTERS.map((value) => ({
            value,
            label: value === 'all' ? t('common.all') : t(`outcome.${value}`),
          }))}
        />
      </Group>
      <Listed
        endpoint={API.calls}
        query={{ limit: 50, ...(outcome && { outcome }) }}
        everyMs={REFRESH_MS}
        empty={
          filter === 'all' ? (
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
