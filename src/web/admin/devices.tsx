import { Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import MonitorSmartphone from 'lucide-react/icons/monitor-smartphone';
import { useTranslation } from 'react-i18next';
import type { RegisteredDevice } from '../../contracts/standing.js';
import { API } from '../api/endpoints.js';
import { reading } from '../api/query.js';
import { nameAndNumber, useFormat } from '../parts/format.js';
import { Page } from '../parts/page.js';
import { Rows, type Column } from '../parts/rows.js';
import { Empty, Trouble, Waiting } from '../parts/states.js';

const REFRESH_MS = 5_000;

/** Devices registered now. */
export default function Devices() {
  const { t } = useTranslation();
  const format = useFormat();
  const devices = useQuery({ ...reading(API.devices), refetchInterval: REFRESH_MS });
  const columns: Column<RegisteredDevice>[] = [
    {
      name: 'extension',
      label: t('people.extension'),
      cell: ({ extension }) => nameAndNumber(extension),
    },
    {
      name: 'kind',
      label: t('devices.kind'),
      cell: ({ kind }) => (
        <Badge variant="light" color={kind === 'browser' ? 'blue' : 'gray'} tt="none">
          {t(`devices.${kind}`)}
        </Badge>
      ),
    },
    { name: 'agent', label: t('devices.agent'), cell: ({ userAgent }) => userAgent ?? '–' },
    {
      name: 'from',
      label: t('devices.from'),
      cell: ({ address, transport }) => `${address} · ${transport.toUpperCase()}`,
    },
    { name: 'since', label: t('devices.since'), cell: ({ registeredAt }) => format.moment(registeredAt) },
    { name: 'until', label: t('devices.until'), cell: ({ expiresAt }) => format.relative(expiresAt) },
  ];
  return (
    <Page title={t('nav.devices')} lead={t('devices.lead')}>
      {devices.error && <Trouble error={devices.error} again={() => void devices.refetch()} />}
      {devices.isPending && <Waiting />}
      {devices.data?.items.length === 0 && (
        <Empty icon={MonitorSmartphone} title={t('devices.empty')} hint={t('devices.emptyHint')} />
      )}
      {devices.data && devices.data.items.length > 0 && (
        <Rows label={t('nav.devices')} columns={columns} items={devices.data.items} keyOf={({ id }) => id} />
      )}
    </Page>
  );
}
