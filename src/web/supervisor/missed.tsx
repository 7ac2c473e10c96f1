import { Badge, Button } from '@mantine/core';
import ShieldCheck from 'lucide-react/icons/shield-check';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FollowUpView } from '../../contracts/follow-ups.js';
import { API } from '../api/endpoints.js';
import { useMay } from '../api/me.js';
import { ClientName, nameOf } from '../parts/call-parts.js';
import { nameAndNumber, useFormat } from '../parts/format.js';
import { Listed } from '../parts/listed.js';
import { Page } from '../parts/page.js';
import { ReasonWindow } from '../parts/reason.js';
import { Rows, type Column } from '../parts/rows.js';
import { Empty } from '../parts/states.js';

const REFRESH_MS = 15_000;

/** Clients who wait for a call, and who owes it. */
export default function Missed() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const [closing, setClosing] = useState<FollowUpView>();
  const columns: Column<FollowUpView>[] = [
    { name: 'client', label: t('call.client'), cell: ({ client }) => <ClientName client={client} /> },
    {
      name: 'owner',
      label: t('missed.owner'),
      cell: ({ owner }) =>
        owner ? (
          nameAndNumber(owner)
        ) : (
          <Badge variant="light" color="orange" tt="none">
            {t('debts.anyones')}
          </Badge>
        ),
    },
    {
      name: 'attempts',
      label: t('missed.attempts'),
      align: 'right',
      cell: ({ attempts }) => format.number(attempts),
    },
    {
      name: 'since',
      label: t('missed.since'),
      cell: ({ openedAt }) => <time dateTime={openedAt}>{format.relative(openedAt)}</time>,
    },
    {
      name: 'due',
      label: t('missed.due'),
      cell: ({ dueAt }) =>
        dueAt && (
          <Badge variant="light" color={Date.parse(dueAt) < Date.now() ? 'red' : 'gray'} tt="none">
            {format.moment(dueAt)}
          </Badge>
        ),
    },
  ];
  if (may('follow-ups.close')) {
    columns.push({
      name: 'close',
      label: t('missed.close'),
      hiddenLabel: true,
      align: 'right',
      cell: (followUp) => (
        <Button
          size="xs"
          variant="default"
          onClick={() => setClosing(followUp)}
          aria-label={t('missed.closeOf', { name: nameOf(followUp.client) })}
        >
          {t('missed.close')}
        </Button>
      ),
    });
  }
  return (
    <Page title={t('missed.title')} lead={t('missed.lead')}>
      <Listed
        endpoint={API.followUps}
        query={{ state: 'open', order: 'oldest', limit: 50 }}
        everyMs={REFRESH_MS}
        empty={<Empty icon={ShieldCheck} title={t('missed.empty')} hint={t('missed.emptyHint')} />}
      >
        {(owed) => <Rows label={t('missed.title')} columns={columns} items={owed} keyOf={({ id }) => id} />}
      </Listed>
      {closing && (
        <ReasonWindow
          title={t('missed.closeOf', { name: nameOf(closing.client) })}
          question={t('missed.reason')}
          action={t('missed.close')}
          endpoint={API.closeFollowUp}
          stale={[API.followUps]}
          change={(reason) => ({ params: { id: closing.id }, input: { reason } })}
          onDone={() => setClosing(undefined)}
        />
      )}
    </Page>
  );
}
