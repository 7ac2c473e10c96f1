import { Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import type { CallDetail } from '../../contracts/calls.js';
import { API } from '../api/endpoints.js';
import { useMay } from '../api/me.js';
import { reading } from '../api/query.js';
import { useNames } from '../i18n/names.js';
import { ClientName, Outcome, talkedFor } from '../parts/call-parts.js';
import { between, durationOf, nameAndNumber, useFormat } from '../parts/format.js';
import { Page } from '../parts/page.js';
import { RecordingKept } from '../parts/recording-kept.js';
import { Rows, RowLink, type Column } from '../parts/rows.js';
import { Trouble, Waiting } from '../parts/states.js';

const Player = lazy(async () => ({ default: (await import('../parts/player.js')).Player }));
const REFRESH_MS = 3_000;

/** One call: who, when, whose phones rang, how it ended, and its recording. */
export default function CallPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const call = useQuery({
    ...reading(API.call, { params: { id } }),
    refetchInterval: ({ state }) => (state.data && state.data.endedAt === null ? REFRESH_MS : false),
  });
  return (
    <Page title={t('call.title')}>
      {call.data ? (
        <CallFacts call={call.data} />
      ) : call.error ? (
        <Trouble error={call.error} again={() => void call.refetch()} />
      ) : (
        <Waiting />
      )}
    </Page>
  );
}

function CallFacts({ call }: { call: CallDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const endingOf = useNames('ending');
  const legs: Column<CallDetail['legs'][number]>[] = [
    {
      name: 'manager',
      label: t('call.manager'),
      cell: ({ extension }) => extension && nameAndNumber(extension),
    },
    { name: 'rang', label: t('call.rangAt'), cell: ({ startedAt }) => format.exact(startedAt) },
    {
      name: 'for',
      label: t('call.rangFor'),
      align: 'right',
      cell: ({ startedAt, answeredAt, endedAt }) =>
        answeredAt || endedAt ? durationOf(between(startedAt, (answeredAt ?? endedAt) as string)) : '',
    },
    {
      name: 'result',
      label: t('call.outcome'),
      cell: ({ answeredAt, sipStatus }) =>
        answeredAt ? t('call.took') : t('call.did', { status: sipStatus ?? '–' }),
    },
  ];
  return (
    <Stack gap="lg">
      <Paper p="lg">
        <SimpleGrid cols={{ base: 2, md: 4 }} component="dl" m={0}>
          <Fact name={t('call.client')}>
            <ClientName
              client={call.client}
              kind={call.callerKind}
              direction={call.direction}
              colleague={call.colleague}
            />
          </Fact>
          <Fact name={t('call.outcome')}>
            <Outcome call={call} />
          </Fact>
          <Fact name={t('call.startedAt')}>{format.exact(call.startedAt)}</Fact>
          <Fact name={t('call.length')}>{talkedFor(call) || '–'}</Fact>
          <Fact name={t('call.manager')}>{call.manager ? nameAndNumber(call.manager) : '–'}</Fact>
          <Fact name={t('call.companyNumber')}>{call.companyNumber ?? '–'}</Fact>
          <Fact name={t('call.direction')}>{t(`direction.${call.direction}`)}</Fact>
          <Fact name={t('call.ending')}>{call.ending ? endingOf(call.ending) : '–'}</Fact>
        </SimpleGrid>
      </Paper>
      {call.recordingId && call.endedAt && may('recordings.play') && (
        <>
          <Suspense fallback={<Waiting rows={2} />}>
            <Player recordingId={call.recordingId} />
          </Suspense>
          <RecordingKept recordingId={call.recordingId} />
        </>
      )}
      <section>
        <Group justify="space-between" mb="sm">
          <Title order={2}>{t('call.legs')}</Title>
          {may('ledger.read') && <RowLink to={`/ledger?callId=${call.id}`}>{t('call.inLedger')}</RowLink>}
        </Group>
        {call.legs.length === 0 ? (
          <Text c="dimmed">{t('call.noLegs')}</Text>
        ) : (
          <Rows
            label={t('call.legs')}
            columns={legs}
            items={call.legs}
            keyOf={({ extension, startedAt }) => `${extension?.number} ${startedAt}`}
          />
        )}
      </section>
    </Stack>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} fw={500}>
        {children}
      </Text>
    </div>
  );
}
