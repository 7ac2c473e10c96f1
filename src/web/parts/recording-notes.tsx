import { Button, CloseButton, Group, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { NoteView } from '../../contracts/recordings.js';
import { API } from '../api/endpoints.js';
import { useMay, useMe } from '../api/me.js';
import { reading, useChange } from '../api/query.js';
import { durationOf } from './format.js';
import styles from './player.module.css';
import { Trouble } from './states.js';
import { useComplaint, useFieldTrouble, useTrouble } from './trouble.js';
import { useUndo } from './undo.js';

interface RecordingNotesProps {
  recordingId: string;
  /** Where the player stands. */
  atMs: number;
  onSeek: (ms: number) => void;
}

/** What was noted at moments of a recording; a press on one goes there. */
export function RecordingNotes({ recordingId, atMs, onSeek }: RecordingNotesProps) {
  const { t } = useTranslation();
  const may = useMay();
  const words = useTrouble();
  const troubleAt = useFieldTrouble();
  const [text, setText] = useState('');
  const params = { id: recordingId };
  const notes = useQuery(reading(API.recordingNotes, { params }));
  const write = useChange(API.writeRecordingNote, [API.recordingNotes]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    write.mutate({ params, input: { atMs, text } }, { onSuccess: () => setText('') });
  };
  return (
    <Stack gap="xs">
      {notes.error && <Trouble error={notes.error} again={() => void notes.refetch()} />}
      {notes.data?.items.map((note) => (
        <Note key={note.id} note={note} recordingId={recordingId} onSeek={onSeek} />
      ))}
      {may('recordings.note') && (
        <form onSubmit={submit}>
          <Group gap="sm" align="flex-start" wrap="nowrap">
            <TextInput
              style={{ flex: 1 }}
              aria-label={t('player.note')}
              placeholder={t('player.noteAt', { time: durationOf(atMs) })}
              value={text}
              error={write.error && (troubleAt(write.error, 'text') ?? words(write.error))}
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

interface NoteProps {
  note: NoteView;
  recordingId: string;
  onSeek: (ms: number) => void;
}

function Note({ note: { id, atMs, text, author }, recordingId, onSeek }: NoteProps) {
  const { t } = useTranslation();
  const { email } = useMe();
  const undo = useUndo();
  const complain = useComplaint();
  const write = useChange(API.writeRecordingNote, [API.recordingNotes]);
  const remove = useChange(API.removeRecordingNote, [API.recordingNotes]);
  const params = { id: recordingId };
  const takeAway = () =>
    remove.mutate(
      { params: { ...params, noteId: id } },
      {
        onError: complain,
        onSuccess: () =>
          undo(id, t('notes.removed'), () =>
            write.mutate({ params, input: { atMs, text } }, { onError: complain }),
          ),
      },
    );
  return (
    <Group gap="sm" wrap="nowrap">
      <UnstyledButton
        className={styles.moment}
        aria-label={t('player.goTo', { time: durationOf(atMs) })}
        onClick={() => onSeek(atMs)}
      >
        {durationOf(atMs)}
      </UnstyledButton>
      <Text size="sm" style={{ flex: 1, overflowWrap: 'anywhere' }}>
        {text}
      </Text>
      <Text size="xs" c="dimmed" visibleFrom="sm">
        {author}
      </Text>
      {author === email && (
        <CloseButton size="sm" aria-label={t('player.removeNote', { text })} onClick={takeAway} />
      )}
    </Group>
  );
}
