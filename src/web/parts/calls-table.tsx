import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CallView } from '../../contracts/calls.js';
import { ClientName, Outcome, talkedFor } from './call-parts.js';
import { useFormat } from './format.js';
import { Rows, RowLink, type Column } from './rows.js';

/** Calls, the newest first. */
export function CallsTable({ calls, label }: { calls: CallView[]; label: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: Column<CallView>[] = [
    {
      name: 'time',
      label: t('call.time'),
      cell: ({ id, startedAt }) => (
        <RowLink to={`/calls/${id}`}>
          <time dateTime={startedAt}>{format.moment(startedAt)}</time>
        </RowLink>
      ),
    },
    {
      name: 'client',
      label: t('call.client'),
      cell: ({ client, callerKind }) => <ClientName client={client} kind={callerKind} />,
    },
    { name: 'outcome', label: t('call.outcome'), cell: (call) => <Outcome call={call} /> },
    { name: 'direction', label: t('call.direction'), cell: ({ direction }) => t(`direction.${direction}`) },
    {
      name: 'manager',
      label: t('call.manager'),
      cell: ({ manager }) => manager && <Text span>{`${manager.name} · ${manager.number}`}</Text>,
    },
    { name: 'length', label: t('call.length'), align: 'right', cell: talkedFor },
  ];
  return <Rows label={label} columns={columns} items={calls} keyOf={({ id }) => id} />;
}
