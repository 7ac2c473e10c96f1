import { Badge, Button, Stack, Text } from '@mantine/core';
import Plus from 'lucide-react/icons/plus';
import Scale from 'lucide-react/icons/scale';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HoldNew, HoldView } from '../../contracts/recordings.js';
import { API } from '../api/endpoints.js';
import { ClientName, nameOf } from '../parts/call-parts.js';
import { ClientSelect } from '../parts/client-select.js';
import { FormModal, useFields } from '../parts/form.js';
import { useFormat } from '../parts/format.js';
import { Listed } from '../parts/listed.js';
import { Page } from '../parts/page.js';
import { ReasonField, ReasonWindow } from '../parts/reason.js';
import { Rows, RowLink, type Column } from '../parts/rows.js';
import { Empty } from '../parts/states.js';

const REFRESH_MS = 10_000;

/** Legal holds: recordings that nobody deletes. */
export default function Holds() {
  const { t } = useTranslation();
  const [placing, setPlacing] = useState(false);
  const [lifting, setLifting] = useState<HoldView>();
  return (
    <Page
      title={t('nav.holds')}
      lead={t('holds.lead')}
      actions={
        <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setPlacing(true)}>
          {t('holds.create')}
        </Button>
      }
    >
      <Listed
        endpoint={API.holds}
        query={{ limit: 50 }}
        everyMs={REFRESH_MS}
        empty={<Empty icon={Scale} title={t('holds.empty')} hint={t('holds.emptyHint')} />}
      >
        {(holds) => <HoldRows holds={holds} onLift={setLifting} />}
      </Listed>
      {placing && <NewHold onDone={() => setPlacing(false)} />}
      {lifting && (
        <ReasonWindow
          title={t('holds.liftOf', { name: subjectOf(lifting, t('holds.oneCall')) })}
          question={t('holds.whyLift')}
          action={t('holds.lift')}
          endpoint={API.liftHold}
          stale={[API.holds, API.recordings, API.recording]}
          change={(reason) => ({ params: { id: lifting.id }, input: { reason } })}
          onDone={() => setLifting(undefined)}
        />
      )}
    </Page>
  );
}

const subjectOf = ({ client }: HoldView, oneCall: string): string => (client ? nameOf(client) : oneCall);

function HoldRows({ holds, onLift }: { holds: HoldView[]; onLift: (hold: HoldView) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: Column<HoldView>[] = [
    {
      name: 'what',
      label: t('holds.what'),
      cell: ({ callId, client }) =>
        client ? (
          <ClientName client={client} />
        ) : (
          <RowLink to={`/calls/${callId}`}>{t('holds.oneCall')}</RowLink>
        ),
    },
    { name: 'reason', label: t('holds.reason'), cell: ({ reason }) => reason },
    {
      name: 'placed',
      label: t('holds.placed'),
      cell: ({ placedAt, placedBy }) => <By at={format.moment(placedAt)} who={placedBy} />,
    },
    {
      name: 'state',
      label: t('holds.lifted'),
      cell: ({ lifted }) =>
        lifted ? (
          <By at={format.moment(lifted.at)} who={lifted.by} why={lifted.reason} />
        ) : (
          <Badge variant="light" color="blue" tt="none">
            {t('holds.holds')}
          </Badge>
        ),
    },
    {
      name: 'lift',
      label: t('common.actions'),
      hiddenLabel: true,
      align: 'right',
      cell: (hold) =>
        hold.lifted ? null : (
          <Button
            size="xs"
            variant="default"
            aria-label={t('holds.liftOf', { name: subjectOf(hold, t('holds.oneCall')) })}
            onClick={() => onLift(hold)}
          >
            {t('holds.lift')}
          </Button>
        ),
    },
  ];
  return <Rows label={t('nav.holds')} columns={columns} items={holds} keyOf={({ id }) => id} />;
}

function By({ at, who, why }: { at: string; who: string; why?: string }) {
  return (
    <Stack gap={0}>
      <Text size="sm">{why ? `${at} · ${why}` : at}</Text>
      <Text size="sm" c="dimmed">
        {who}
      </Text>
    </Stack>
  );
}

function NewHold({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const form = useFields(API.placeHold, [API.holds, API.recordings, API.recording], {
    clientId: null as string | null,
    reason: '',
  });
  return (
    <FormModal
      title={t('holds.create')}
      form={form}
      action={t('holds.place')}
      onClose={onDone}
      change={({ clientId, reason }): { input: HoldNew } => ({
        input: { ...(clientId && { clientId }), reason },
      })}
    >
      <Text size="sm" c="dimmed">
        {t('holds.createHint')}
      </Text>
      <ClientSelect label={t('call.client')} {...form.field('clientId')} />
      <ReasonField label={t('holds.whyHold')} {...form.field('reason')} />
    </FormModal>
  );
}
