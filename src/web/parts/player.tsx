import { ActionIcon, Box, CloseButton, Group, Paper, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Pause from 'lucide-react/icons/pause';
import Play from 'lucide-react/icons/play';
import RotateCcw from 'lucide-react/icons/rotate-ccw';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import WaveSurfer from 'wavesurfer.js';
import type { PeaksView } from '../../contracts/recordings.js';
import { API } from '../api/endpoints.js';
import { reading } from '../api/query.js';
import { nonce } from '../nonce.js';
import { Download } from './download.js';
import { durationOf } from './format.js';
import styles from './player.module.css';
import { RecordingNotes } from './recording-notes.js';
import { Trouble, Waiting } from './states.js';

const BACK_S = 10;

interface PlayerProps {
  recordingId: string;
  autoplay?: boolean;
  onClose?: () => void;
}

/** A recording with its waveform: the client above, the manager below, notes at their moments. */
export function Player({ recordingId, autoplay, onClose }: PlayerProps) {
  const { t } = useTranslation();
  const peaks = useQuery({ ...reading(API.peaks, { params: { id: recordingId } }), staleTime: Infinity });
  return (
    <Paper
      p="md"
      className={onClose ? styles.floating : undefined}
      component="section"
      aria-label={t('player.title')}
    >
      {peaks.data ? (
        <Waveform recordingId={recordingId} peaks={peaks.data} autoplay={autoplay} onClose={onClose} />
      ) : peaks.error ? (
        <Trouble error={peaks.error} again={() => void peaks.refetch()} />
      ) : (
        <Waiting rows={2} />
      )}
    </Paper>
  );
}

function Waveform({ recordingId, peaks, autoplay = false, onClose }: PlayerProps & { peaks: PeaksView }) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const [wave, setWave] = useState<WaveSurfer>();
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [failed, setFailed] = useState<Error>();
  useEffect(() => {
    if (!frame.current) return;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(name);
    const audio = new Audio();
    audio.preload = 'none';
    audio.src = `/api/v1/recordings/${recordingId}/audio`;
    const made = WaveSurfer.create({
      container: frame.current,
      media: audio,
      peaks: [peaks.client, peaks.manager],
      duration: peaks.durationMs / 1000,
      height: 44,
      barWidth: 2,
      barGap: 1,
      barRadius: 2,
      cursorWidth: 2,
      cursorColor: colour('--mantine-color-text'),
      splitChannels: [
        { waveColor: colour('--lk-wave-client'), progressColor: colour('--mantine-color-blue-6') },
        { waveColor: colour('--lk-wave-manager'), progressColor: colour('--mantine-color-pine-6') },
      ],
      cspNonce: nonce,
    });
    made.on('play', () => setPlaying(true));
    made.on('pause', () => setPlaying(false));
    made.on('timeupdate', setAt);
    made.on('error', setFailed);
    setWave(made);
    if (autoplay) void made.play().catch(() => undefined);
    return () => made.destroy();
  }, [recordingId, peaks, autoplay]);
  return (
    <Stack gap="sm">
      <Group gap="sm" align="center" className={styles.head}>
        <ActionIcon
          size={44}
          radius="xl"
          aria-label={t(playing ? 'player.pause' : 'player.play')}
          onClick={() => void wave?.playPause()}
        >
          {playing ? <Pause size={20} aria-hidden /> : <Play size={20} aria-hidden />}
        </ActionIcon>
        <ActionIcon
          size={36}
          radius="xl"
          variant="default"
          aria-label={t('player.back', { count: BACK_S })}
          onClick={() => wave?.skip(-BACK_S)}
        >
          <RotateCcw size={16} aria-hidden />
        </ActionIcon>
        <Box className={styles.sides} aria-hidden>
          <span>{t('player.client')}</span>
          <span>{t('player.manager')}</span>
        </Box>
        <div ref={frame} className={styles.wave} />
        <Text size="sm" className={`figures ${styles.clock}`}>
          {`${durationOf(at * 1000)} / ${durationOf(peaks.durationMs)}`}
        </Text>
        <Download recordingId={recordingId} />
        {onClose && <CloseButton aria-label={t('common.close')} onClick={onClose} />}
      </Group>
      {failed && <Trouble error={failed} />}
      <RecordingNotes
        recordingId={recordingId}
        atMs={Math.min(Math.round(at * 1000), peaks.durationMs)} // Opus plays a moment longer than was recorded
        onSeek={(ms) => wave?.setTime(ms / 1000)}
      />
    </Stack>
  );
}
