import { Affix, Badge, Button, Group, Paper, Stack, Text } from '@mantine/core';
import NotebookPen from 'lucide-react/icons/notebook-pen';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { LiveCallView } from '../../contracts/live.js';
import { useLive } from '../api/live.js';
import { useMe } from '../api/me.js';
import { ClientName } from '../parts/call-parts.js';
import { RecordingPause, RecordingPaused } from '../parts/recording-pause.js';
import { Before } from '../phone/incoming-card.js';
import { usePhone } from '../phone/phone.js';
import styles from '../phone/phone.module.css';

/** Calls at the person's other phones: who it is, what was before and what was noted, while he answers there. */
export default function DeskCalls() {
  const { extension } = useMe();
  const { calls } = useLive();
  const { status, calls: here } = usePhone();
  const own = (party: { number: string } | null) => party !== null && party.number === extension?.number;
  const shown = calls.filter((call) => {
    if (!call.client || here.some(({ party }) => party === call.client?.code)) return false;
    // The phone of this browser rings by itself, with a card of its own.
    return call.state === 'ringing' ? status !== 'ready' && call.ringing.some(own) : own(call.manager);
  });
  if (shown.length === 0) return null;
  return (
    <Affix position={{ bottom: 16, right: 16 }} zIndex={180}>
      <Stack gap="sm" className={styles.calls}>
        {shown.map((call) => (
          <DeskCall key={call.id} call={call} />
        ))}
      </Stack>
    </Affix>
  );
}

function DeskCall({ call }: { call: LiveCallView }) {
  const { t } = useTranslation();
  const { client, state } = call;
  if (!client) return null;
  const rings = state === 'ringing';
  return (
    <Paper
      p="md"
      role="region"
      aria-label={t(rings ? 'desk.rings' : 'desk.talks')}
      className={`${styles.card} ${rings ? styles.incoming : ''}`}
    >
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <ClientName client={client} />
          <Group gap="xs" wrap="nowrap" flex="none">
            <Badge variant="light" color={rings ? 'yellow' : 'blue'} tt="none" role="status">
              {t(rings ? 'phone.rings' : 'outcome.talking')}
            </Badge>
            <RecordingPause call={call} size={28} />
          </Group>
        </Group>
        {rings && <Before client={client} />}
        {rings ? (
          <Text size="sm" c="dimmed">
            {t('desk.answer')}
          </Text>
        ) : (
          <>
            <RecordingPaused call={call} />
            <Button
              component={Link}
              to={`/clients/${client.id}`}
              size="xs"
              variant="default"
              leftSection={<NotebookPen size={14} aria-hidden />}
            >
              {t('desk.note')}
            </Button>
          </>
        )}
      </Stack>
    </Paper>
  );
}
