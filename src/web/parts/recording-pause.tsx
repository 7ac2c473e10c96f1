import { ActionIcon, Badge } from '@mantine/core';
import CirclePause from 'lucide-react/icons/circle-pause';
import CirclePlay from 'lucide-react/icons/circle-play';
import { useTranslation } from 'react-i18next';
import type { LiveCallView } from '../../contracts/live.js';
import { API } from '../api/endpoints.js';
import { useMay } from '../api/me.js';
import { useChange } from '../api/query.js';
import { useCallName } from './call-parts.js';
import { useComplaint } from './trouble.js';

/** Pauses and resumes the recording of a call that goes on, for those who may. The live feed says how it is. */
export function RecordingPause({ call, size }: { call: LiveCallView; size: number }) {
  const may = useMay();
  if (call.recording === null || call.state === 'ringing' || !may('recordings.pause')) return null;
  return <PauseButton call={call} size={size} />;
}

function PauseButton({ call, size }: { call: LiveCallView; size: number }) {
  const { t } = useTranslation();
  const nameOf = useCallName();
  const complain = useComplaint();
  const change = useChange(API.pauseRecording);
  const isPaused = call.recording === 'paused';
  const label = t(isPaused ? 'pause.resume' : 'pause.pause', { name: nameOf(call) });
  const Icon = isPaused ? CirclePlay : CirclePause;
  return (
    <ActionIcon
      size={size}
      variant={isPaused ? 'filled' : 'default'}
      aria-label={label}
      title={label}
      loading={change.isPending}
      onClick={() =>
        change.mutate(
          { params: { id: call.id }, input: { action: isPaused ? 'resume' : 'pause' } },
          { onError: complain },
        )
      }
    >
      <Icon size={18} aria-hidden />
    </ActionIcon>
  );
}

/** Says that nothing is recorded at the moment. */
export function RecordingPaused({ call }: { call: LiveCallView | undefined }) {
  const { t } = useTranslation();
  if (call?.recording !== 'paused') return null;
  return (
    <Badge variant="light" color="orange" tt="none" flex="none" role="status">
      {t('pause.paused')}
    </Badge>
  );
}
