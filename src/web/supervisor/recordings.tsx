import { Badge, Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import Disc3 from 'lucide-react/icons/disc-3';
import ListChecks from 'lucide-react/icons/list-checks';
import Play from 'lucide-react/icons/play';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { RecordingView } from '../../contracts/recordings.js';
import { API } from '../api/endpoints.js';
import { useMay } from '../api/me.js';
import { ClientName } from '../parts/call-parts.js';
import { durationOf, nameAndNumber, useFormat } from '../parts/format.js';
import { Listed } from '../parts/listed.js';
import { Page } from '../parts/page.js';
import { Player } from '../parts/player.js';
import { Rows, RowLink, type Column } from '../parts/rows.js';
import { Empty } from '../parts/states.js';
import { FILTERS, queryOf, RecordingsFilterBar, type RecordingsFilter } from './recordings-filter.js';

const TYPING_MS = 300;

/** Recordings, found by client, manager, day and length, and heard here. The address holds what they are found by. */
export default function Recordings() {
  const { t } = useTranslation();
  const may = useMay();
  const [search, setSearch] = useSearchParams();
  const [playing, setPlaying] = useState<string>();
  const filter = Object.fromEntries(
    FILTERS.flatMap((name) => (search.get(name) ? [[name, search.get(name)]] : [])),
  ) as RecordingsFilter;
  const [asked] = useDebouncedValue(JSON.stringify(filter), TYPING_MS);
  const query = { limit: 30, ...queryOf(JSON.parse(asked) as RecordingsFilter) };
  const filtered = Object.keys(query).length > 1;
  const change = (name: keyof RecordingsFilter, value: string | null) =>
    setSearch(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  return (
    <Page
      title={t('recordings.title')}
      lead={t('recordings.lead')}
      actions={
        may('recordings.reconcile') && (
          <Button
            component={Link}
            to="/recordings/check"
            variant="default"
            leftSection={<ListChecks size={16} aria-hidden />}
          >
            {t('reconciliation.title')}
          </Button>
        )
      }
    >
      <RecordingsFilterBar filter={filter} onChange={change} />
      <Listed
        endpoint={API.recordings}
        query={query}
        empty={
          filtered ? (
            <Empty title={t('recordings.emptyFiltered')} hint={t('calls.emptyFilteredHint')} />
          ) : (
            <Empty icon={Disc3} title={t('recordings.empty')} hint={t('recordings.emptyHint')} />
          )
        }
      >
        {(recordings) => (
          <>
            <RecordingRows recordings={recordings} playing={playing} onPlay={setPlaying} />
            {playing && (
              <Player key={playing} recordingId={playing} autoplay onClose={() => setPlaying(undefined)} />
            )}
          </>
        )}
      </Listed>
    </Page>
  );
}

interface RecordingRowsProps {
  recordings: RecordingView[];
  playing: string | undefined;
  onPlay: (id: string) => void;
}

function RecordingRows({ recordings, playing, onPlay }: RecordingRowsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: Column<RecordingView>[] = [
    {
      name: 'time',
      label: t('call.time'),
      cell: ({ callId, startedAt }) => (
        <RowLink to={`/calls/${callId}`}>
          <time dateTime={startedAt}>{format.moment(startedAt)}</time>
        </RowLink>
      ),
    },
    {
      name: 'client',
      label: t('call.client'),
      cell: ({ client, direction }) => <ClientName client={client} direction={direction} />,
    },
    {
      name: 'manager',
      label: t('call.manager'),
      cell: ({ manager }) => manager && nameAndNumber(manager),
    },
    {
      name: 'length',
      label: t('call.length'),
      align: 'right',
      cell: ({ durationMs }) => (durationMs === null ? '' : durationOf(durationMs)),
    },
    {
      name: 'play',
      label: t('call.listen'),
      hiddenLabel: true,
      align: 'right',
      cell: ({ id, state, startedAt }) =>
        state === 'stored' ? (
          <Button
            size="xs"
            variant={playing === id ? 'filled' : 'default'}
            leftSection={<Play size={14} aria-hidden />}
            aria-label={t('recordings.listenTo', { time: format.moment(startedAt) })}
            onClick={() => onPlay(id)}
          >
            {t('call.listen')}
          </Button>
        ) : (
          <Badge variant="light" color={state === 'missing' ? 'red' : 'gray'} tt="none">
            {t(`recordings.state.${state}`)}
          </Badge>
        ),
    },
  ];
  return <Rows label={t('recordings.title')} columns={columns} items={recordings} keyOf={({ id }) => id} />;
}
