import { Button, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Pencil from 'lucide-react/icons/pencil';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import type { ClientAnswer } from '../../contracts/clients.js';
import { API } from '../api/endpoints.js';
import { useMay } from '../api/me.js';
import { reading } from '../api/query.js';
import { CallClient } from '../phone-panel/call-client.js';
import { nameOf } from '../parts/call-parts.js';
import { CallsTable } from '../parts/calls-table.js';
import { CopyValue } from '../parts/copy-value.js';
import { HoldButton } from '../parts/hold-button.js';
import { Listed } from '../parts/listed.js';
import { Page } from '../parts/page.js';
import { Empty, Trouble, Waiting } from '../parts/states.js';
import { ClientForm } from './client-form.js';
import { ClientNotes } from './client-notes.js';
import { RevealNumber } from './reveal-number.js';

/** A client's card: code, name, history, notes. His number is in none of it; it is shown by itself, for a reason. */
export default function ClientPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const client = useQuery(reading(API.client, { params: { id } }));
  if (client.data) return <Card client={client.data} />;
  return (
    <Page title={t('call.client')}>
      {client.error ? <Trouble error={client.error} again={() => void client.refetch()} /> : <Waiting />}
    </Page>
  );
}

function Card({ client }: { client: ClientAnswer }) {
  const { t } = useTranslation();
  const may = useMay();
  const [changing, setChanging] = useState(false);
  return (
    <Page
      title={client.name ?? t('clients.code', { code: client.code })}
      lead={
        client.assignedExtension
          ? t('clients.of', { name: client.assignedExtension.name, number: client.assignedExtension.number })
          : t('clients.ofNobody')
      }
      actions={
        <>
          <CodeToCopy code={client.code} />
          {may('clients.change') && (
            <Button
              variant="default"
              leftSection={<Pencil size={16} aria-hidden />}
              onClick={() => setChanging(true)}
            >
              {t('clients.change')}
            </Button>
          )}
          <HoldButton of={{ clientId: client.id }} name={nameOf(client)} />
          <RevealNumber client={client} />
          <CallClient client={client} />
        </>
      }
    >
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <Stack gap="sm">
          <Title order={2}>{t('clients.history')}</Title>
          <Listed
            endpoint={API.calls}
            query={{ limit: 20, clientCode: client.code }}
            empty={<Empty title={t('calls.empty')} hint={t('clients.noHistory')} />}
          >
            {(calls) => <CallsTable calls={calls} label={t('clients.history')} brief />}
          </Listed>
        </Stack>
        <Stack gap="sm">
          <Title order={2}>{t('clients.notes')}</Title>
          <ClientNotes clientId={client.id} />
        </Stack>
      </SimpleGrid>
      {changing && <ClientForm client={client} onDone={() => setChanging(false)} />}
    </Page>
  );
}

function CodeToCopy({ code }: { code: string }) {
  const { t } = useTranslation();
  return (
    <Paper px="sm" py={4}>
      <Group gap="xs">
        <Text size="sm" c="dimmed">
          {t('client.code')}
        </Text>
        <Text fw={650} className="figures">
          {code}
        </Text>
        <CopyValue value={code} label={t('common.copy')} />
      </Group>
    </Paper>
  );
}
