import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CallView } from '../../contracts/calls.js';
import { ClientName, Outcome, talkedFor } from './call-parts.js';
import { nameAndNumber, useFormat } from './format.js';
import { Rows, RowLink, type Column } from './rows.js';

/** Columns that a client's own history does without. */
const BRIEFLY_OUT = ['client', 'direction'];

interface CallsTableProps {
  calls: CallView[];
  label: string;
  brief?: boolean;
}

/** Calls, the newest first. */
export function CallsTable({ calls, label, brief = false }: CallsTableProps) {
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
      cell: ({ client, callerKind, direction, colleague }) => (
        <ClientName client={client} kind={callerKind} direction={direction} colleague={colleague} />
      ),
    },
    { name: 'outcome', label: t('call.outcome'), cell: (call) => <Outcome call={call} /> },
    { name: 'direction', label: t('call.direction'), cell: ({ direction }) => t(`direction.${direction}`) },
    {
      name: 'manager',
      label: t('call.manager'),
      cell: ({ manager }) => manager && <Text span>{nameAndNumber(manager)}</Text>,
    },
    { name: 'length', label: t('call.length'), align: 'right', cell: talkedFor },
  ];
  const shown = brief ? columns.filter(({ name }) => !BRIEFLY_OUT.includes(name)) : columns;
  return <Rows label={label} columns={shown} items={calls} keyOf={({ id }) => id} />;
}
