import { Badge, Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import Trash2 from 'lucide-react/icons/trash-2';
import { useTranslation } from 'react-i18next';
import { API } from '../api/endpoints.js';
import { useMay } from '../api/me.js';
import { reading } from '../api/query.js';
import { useFormat } from './format.js';
import { HoldButton } from './hold-button.js';
import { ReasonWindow } from './reason.js';

/** For how long a call's recording is kept, and what is done about it. */
export function RecordingKept({ recordingId }: { recordingId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const [deleting, { open, close }] = useDisclosure();
  const { data: recording } = useQuery(reading(API.recording, { params: { id: recordingId } }));
  if (recording?.state !== 'stored') return null;
  const { callId, onHold, deleteAfter } = recording;
  return (
    <Group gap="sm">
      {onHold && (
        <Badge variant="light" color="blue" tt="none">
          {t('kept.onHold')}
        </Badge>
      )}
      <Text size="sm" c="dimmed">
        {deleteAfter ? t('kept.until', { day: format.day(deleteAfter) }) : t('kept.forEver')}
      </Text>
      {!onHold && <HoldButton of={{ callId }} name={t('holds.oneCall')} />}
      {!onHold && may('recordings.delete') && (
        <Button variant="default" color="red" leftSection={<Trash2 size={16} aria-hidden />} onClick={open}>
          {t('kept.delete')}
        </Button>
      )}
      {deleting && (
        <ReasonWindow
          title={t('kept.delete')}
          question={t('kept.whyDelete')}
          action={t('common.remove')}
          endpoint={API.deleteRecording}
          stale={[API.call, API.recording, API.recordings]}
          change={(reason) => ({ params: { id: recordingId }, input: { reason } })}
          onDone={close}
        />
      )}
    </Group>
  );
}
