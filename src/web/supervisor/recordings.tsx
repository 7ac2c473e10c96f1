import { Badge, Button, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import Disc3 from 'lucide-react/icons/disc-3';
import Play from 'lucide-react/icons/play';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordingView } from '../../contracts/recordings.js';
import { API } from '../api/endpoints.js';
import { ClientName } from '../parts/call-parts.js';
import { durationOf, useFormat } from '../parts/format.js';
import { Listed } from '../parts/listed.js';
import { Page } from '../parts/page.js';
import { Player } from '../parts/player.js';
import { Rows, RowLink, type Column } from '../parts/rows.js';
import { Empty } from '../parts/states.js';

const TYPING_MS = 300;
const LENGTHS = ['', '30', '120', '300'] as const;

/** Recordings, found by client, manager and length, and heard here. */
export default function Recordings() {
  const { t } = useTranslation();
  const [typed, setTyped] = useState({ clientCode: '', manager: '' });
  const [minSeconds, setMinSeconds] = useState('');
  const [playing, setPlaying] = useState<string>();
  const [search] = useDebouncedValue(typed, TYPING_MS);
  const query = {
    limit: 30,
    ...(search.clientCode && { clientCode: search.clientCode }),
    ...(search.manager && { manager: search.manager }),
    ...(minSeconds && { minSeconds: Number(minSeconds) }),
  };
  const filtered = Object.keys(query).length > 1;
  return (
    <Page title={t('recordings.title')} lead={t('recordings.lead')}>
      <Group align="flex-end" gap="sm">
        <TextInput
          label={t('recordings.byClient')}
          inputMode="numeric"
          value={typed.clientCode}
          onChange={(event) => setTyped({ ...typed, clientCode: event.currentTarget.value.trim() })}
        />
        <TextInput
          label={t('recordings.byManager')}
          inputMode="numeric"
          value={typed.manager}
          onChange={(event) => setTyped({ ...typed, manager: event.currentTarget.value.trim() })}
        />
        <Select
          label={t('recordings.byLength')}
          data={LENGTHS.map((value) => ({
            value,
            label:
              value === ''
                ? t('recordings.anyLength')
                : t('recordings.longer', { length: durationOf(Number(value) * 1000) }),
          }))}
          value={minSeconds}
          onChange={(value) => setMinSeconds(value ?? '')}
          allowDeselect={false}
        />
      </Group>
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
    { name: 'client', label: t('call.client'), cell: ({ client }) => <ClientName client={client} /> },
    {
      name: 'manager',
      label: t('call.manager'),
      cell: ({ manager }) => manager && `${manager.name} · ${manager.number}`,
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
