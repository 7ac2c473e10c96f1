import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import Search from 'lucide-react/icons/search';
import Users from 'lucide-react/icons/users';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClientAnswer } from '../../contracts/clients.js';
import { API } from '../api/endpoints.js';
import { ClientName } from '../parts/call-parts.js';
import { nameAndNumber, useFormat } from '../parts/format.js';
import { Listed } from '../parts/listed.js';
import { Page } from '../parts/page.js';
import { Rows, type Column } from '../parts/rows.js';
import { Empty } from '../parts/states.js';

const TYPING_MS = 250;

/** The clients whom this person may see. */
export default function Clients() {
  const { t } = useTranslation();
  const format = useFormat();
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  const columns: Column<ClientAnswer>[] = [
    { name: 'client', label: t('call.client'), cell: (client) => <ClientName client={client} /> },
    {
      name: 'manager',
      label: t('clients.manager'),
      cell: ({ assignedExtension: extension }) => extension && nameAndNumber(extension),
    },
    {
      name: 'since',
      label: t('clients.since'),
      align: 'right',
      cell: ({ createdAt }) => <time dateTime={createdAt}>{format.moment(createdAt)}</time>,
    },
  ];
  return (
    <Page title={t('nav.clients')} lead={t('clients.lead')}>
      <TextInput
        label={t('clients.search')}
        maw="24rem"
        leftSection={<Search size={16} aria-hidden />}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Listed
        endpoint={API.clients}
        query={{ limit: 50, ...(search && { search }) }}
        empty={
          search ? (
            <Empty icon={Users} title={t('clients.emptyFound')} hint={t('clients.emptyFoundHint')} />
          ) : (
            <Empty icon={Users} title={t('clients.empty')} hint={t('clients.emptyHint')} />
          )
        }
      >
        {(clients) => (
          <Rows label={t('nav.clients')} columns={columns} items={clients} keyOf={({ id }) => id} />
        )}
      </Listed>
    </Page>
  );
}
