import { Badge, Button, Divider, Group, Paper, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Phone from 'lucide-react/icons/phone';
import PhoneOff from 'lucide-react/icons/phone-off';
import { useTranslation } from 'react-i18next';
import type { ClientAnswer } from '../../contracts/clients.js';
import { API } from '../api/endpoints.js';
import { reading } from '../api/query.js';
import { Outcome } from '../parts/call-parts.js';
import { useFormat } from '../parts/format.js';
import { Party, useClient } from './party.js';
import { phone } from './phone.js';
import type { PhoneCall } from './phone-state.js';
import styles from './phone.module.css';

const CALLS = 3;
const NOTES = 2;

/** A call that rings: who it is, what was before, what colleagues wrote of him. */
export function IncomingCard({ call }: { call: PhoneCall }) {
  const { t } = useTranslation();
  const client = useClient(call);
  return (
    <Paper
      p="md"
      role="alertdialog"
      aria-label={t('phone.rings')}
      className={`${styles.card} ${styles.incoming}`}
    >
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Party call={call} />
          <Badge variant="light" tt="none" flex="none">
            {t('phone.rings')}
          </Badge>
        </Group>
        {client && <Before client={client} />}
        <Group grow>
          <Button
            leftSection={<Phone size={16} aria-hidden />}
            aria-keyshortcuts="Shift+Alt+A"
            onClick={() => phone.do({ do: 'answer', id: call.id })}
          >
            {t('phone.answer')}
          </Button>
          <Button
            variant="default"
            leftSection={<PhoneOff size={16} aria-hidden />}
            aria-keyshortcuts="Shift+Alt+E"
            onClick={() => phone.do({ do: 'hang-up', id: call.id })}
          >
            {t('phone.reject')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

/** What was before: the client's last calls, and what colleagues wrote of him. */
export function Before({ client }: { client: Pick<ClientAnswer, 'id' | 'code'> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const calls = useQuery(reading(API.calls, { query: { clientCode: client.code, limit: CALLS + 1 } }));
  const notes = useQuery(reading(API.clientNotes, { params: { id: client.id } }));
  const before = calls.data?.items.filter(({ endedAt }) => endedAt !== null).slice(0, CALLS) ?? [];
  const written = notes.data?.items.slice(0, NOTES) ?? [];
  return (
    <Stack gap={6}>
      {before.map((one) => (
        <Group key={one.id} justify="space-between" wrap="nowrap" gap="xs">
          <Text size="sm">{format.moment(one.startedAt)}</Text>
          <Text size="sm" c="dimmed" truncate>
            {one.manager?.name}
          </Text>
          <Outcome call={one} />
        </Group>
      ))}
      {calls.isSuccess && before.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('phone.firstCall')}
        </Text>
      )}
      {written.length > 0 && <Divider />}
      {written.map((note) => (
        <Text key={note.id} size="sm" lineClamp={3} className={styles.note}>
          {note.text}
        </Text>
      ))}
    </Stack>
  );
}
