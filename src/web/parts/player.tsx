import {
  ActionIcon,
  Box,
  Button,
  CloseButton,
  Group,
  Paper,
  Stack,
  Text,
  TextInput,
  UnstyledButton,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Pause from 'lucide-react/icons/pause';
import Play from 'lucide-react/icons/play';
import RotateCcw from 'lucide-react/icons/rotate-ccw';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import WaveSurfer from 'wavesurfer.js';
import type { PeaksView } from '../../contracts/recordings.js';
import { API } from '../api/endpoints.js';
import { useMay, useMe } from '../api/me.js';
import { reading, useChange } from '../api/query.js';
import { nonce } from '../nonce.js';
import { durationOf } from './format.js';
import styles from './player.module.css';
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
    <Paper p="md" className={styles.player} component="section" aria-label={t('player.title')}>
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
      <Group gap="sm" wrap="nowrap" align="center">
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
        <Text size="sm" className="figures" miw="5.5rem" ta="right">
          {`${durationOf(at * 1000)} / ${durationOf(peaks.durationMs)}`}
        </Text>
        {onClose && <CloseButton aria-label={t('common.close')} onClick={onClose} />}
      </Group>
      {failed && <Trouble error={failed} />}
      <Notes
        recordingId={recordingId}
        atMs={Math.round(at * 1000)}
        onSeek={(ms) => wave?.setTime(ms / 1000)}
      />
    </Stack>
  );
}

interface NotesProps {
  recordingId: string;
  atMs: number;
  onSeek: (ms: number) => void;
}

function Notes({ recordingId, atMs, onSeek }: NotesProps) {
  const { t } = useTranslation();
  const { email } = useMe();
  const may = useMay();
  const [text, setText] = useState('');
  const params = { id: recordingId };
  const notes = useQuery(reading(API.recordingNotes, { params }));
  const write = useChange(API.writeRecordingNote, [API.recordingNotes]);
  const remove = useChange(API.removeRecordingNote, [API.recordingNotes]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    write.mutate({ params, input: { atMs, text } }, { onSuccess: () => setText('') });
  };
  return (
    <Stack gap="xs">
      {notes.data?.items.map((note) => (
        <Group key={note.id} gap="sm" wrap="nowrap">
          <UnstyledButton
            className={styles.moment}
            aria-label={t('player.goTo', { time: durationOf(note.atMs) })}
            onClick={() => onSeek(note.atMs)}
          >
            {durationOf(note.atMs)}
          </UnstyledButton>
          <Text size="sm" style={{ flex: 1 }}>
            {note.text}
          </Text>
          <Text size="xs" c="dimmed" visibleFrom="sm">
            {note.author}
          </Text>
          {note.author === email && (
            <CloseButton
              size="sm"
              aria-label={t('player.removeNote', { text: note.text })}
              onClick={() => remove.mutate({ params: { ...params, noteId: note.id } })}
            />
          )}
        </Group>
      ))}
      {may('recordings.note') && (
        <form onSubmit={submit}>
          <Group gap="sm" align="flex-start" wrap="nowrap">
            <TextInput
              style={{ flex: 1 }}
              aria-label={t('player.note')}
              placeholder={t('player.noteAt', { time: durationOf(atMs) })}
              value={text}
              error={write.error && (write.error.fields['text'] ?? write.error.message)}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <Button type="submit" variant="default" loading={write.isPending} disabled={text.trim() === ''}>
              {t('player.writeNote')}
            </Button>
          </Group>
        </form>
      )}
    </Stack>
  );
}
