import { Alert, Stack, Text, Title } from '@mantine/core';
import CircleCheck from 'lucide-react/icons/circle-check';
import Moon from 'lucide-react/icons/moon';
import { useTranslation } from 'react-i18next';
import type { Reconciliation } from '../../contracts/recordings.js';
import { API } from '../api/endpoints.js';
import { useFormat } from '../parts/format.js';
import { Loaded } from '../parts/loaded.js';
import { Page } from '../parts/page.js';
import { RowLink, Rows, type Column } from '../parts/rows.js';
import { Empty } from '../parts/states.js';

/** What the last nightly look at calls and files found. */
export default function ReconciliationPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('reconciliation.title')} lead={t('reconciliation.lead')}>
      <Loaded endpoint={API.reconciliation}>{(found) => <Found found={found} />}</Loaded>
    </Page>
  );
}

function Found({ found }: { found: Reconciliation }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { at, callsWithoutFile, filesWithoutCall, truncated } = found;
  if (at === null) {
    return <Empty icon={Moon} title={t('reconciliation.notYet')} hint={t('reconciliation.notYetHint')} />;
  }
  const lookedAt = t('reconciliation.at', { time: format.exact(at) });
  if (callsWithoutFile.length === 0 && filesWithoutCall.length === 0) {
    return (
      <Empty
        icon={CircleCheck}
        title={t('reconciliation.well')}
        hint={`${t('reconciliation.wellHint')} ${lookedAt}`}
      />
    );
  }
  return (
    <Stack gap="lg">
      <Text>{lookedAt}</Text>
      {truncated && (
        <Alert color="yellow" variant="light">
          {t('reconciliation.truncated')}
        </Alert>
      )}
      {callsWithoutFile.length > 0 && <Calls calls={callsWithoutFile} />}
      {filesWithoutCall.length > 0 && <Files files={filesWithoutCall} />}
    </Stack>
  );
}

function Calls({ calls }: { calls: Reconciliation['callsWithoutFile'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: Column<(typeof calls)[number]>[] = [
    {
      name: 'call',
      label: t('reconciliation.call'),
      cell: ({ callId, startedAt }) => (
        <RowLink to={`/calls/${callId}`}>
          <time dateTime={startedAt}>{format.exact(startedAt)}</time>
        </RowLink>
      ),
    },
    { name: 'recording', label: t('reconciliation.recording'), cell: ({ recordingId }) => recordingId },
  ];
  return (
    <section>
      <Title order={2}>{t('reconciliation.calls')}</Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('reconciliation.callsHint')}
      </Text>
      <Rows
        label={t('reconciliation.calls')}
        columns={columns}
        items={calls}
        keyOf={({ recordingId }) => recordingId}
      />
    </section>
  );
}

function Files({ files }: { files: Reconciliation['filesWithoutCall'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: Column<(typeof files)[number]>[] = [
    {
      name: 'path',
      label: t('reconciliation.path'),
      cell: ({ path }) => <span style={{ overflowWrap: 'anywhere' }}>{path}</span>,
    },
    {
      name: 'size',
      label: t('reconciliation.size'),
      align: 'right',
      cell: ({ sizeBytes }) => format.bytes(sizeBytes),
    },
    {
      name: 'changed',
      label: t('reconciliation.changed'),
      cell: ({ changedAt }) => format.exact(changedAt),
    },
  ];
  return (
    <section>
      <Title order={2}>{t('reconciliation.files')}</Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('reconciliation.filesHint')}
      </Text>
      <Rows label={t('reconciliation.files')} columns={columns} items={files} keyOf={({ path }) => path} />
    </section>
  );
}
