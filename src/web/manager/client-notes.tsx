import { Button, CloseButton, Group, Paper, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClientNote } from '../../contracts/clients.js';
import { API } from '../api/endpoints.js';
import { useMay, useMe } from '../api/me.js';
import { reading, useChange } from '../api/query.js';
import { useFormat } from '../parts/format.js';
import { Trouble, Waiting } from '../parts/states.js';
import { useComplaint, useFieldTrouble, useTrouble } from '../parts/trouble.js';
import { useUndo } from '../parts/undo.js';

/** What colleagues wrote about a client. */
export function ClientNotes({ clientId }: { clientId: string }) {
  const { t } = useTranslation();
  const words = useTrouble();
  const troubleAt = useFieldTrouble();
  const may = useMay();
  const [text, setText] = useState('');
  const params = { id: clientId };
  const notes = useQuery(reading(API.clientNotes, { params }));
  const write = useChange(API.writeClientNote, [API.clientNotes]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    write.mutate({ params, input: { text } }, { onSuccess: () => setText('') });
  };
  return (
    <Stack gap="sm">
      {may('clients.note') && (
        <form onSubmit={submit}>
          <Stack gap="xs">
            <Textarea
              label={t('notes.new')}
              autosize
              minRows={2}
              value={text}
              error={write.error && (troubleAt(write.error, 'text') ?? words(write.error))}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <Group justify="flex-end">
              <Button type="submit" loading={write.isPending} disabled={text.trim() === ''}>
                {t('notes.write')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
      {notes.error && <Trouble error={notes.error} again={() => void notes.refetch()} />}
      {notes.isPending && <Waiting rows={2} />}
      {notes.data?.items.length === 0 && <Text c="dimmed">{t('notes.empty')}</Text>}
      {notes.data?.items.map((note) => (
        <Note key={note.id} note={note} clientId={clientId} />
      ))}
    </Stack>
  );
}

function Note({ note, clientId }: { note: ClientNote; clientId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const me = useMe();
  const complain = useComplaint();
  const undo = useUndo();
  const write = useChange(API.writeClientNote, [API.clientNotes]);
  const takeBack = useChange(API.takeBackClientNote, [API.clientNotes]);
  const params = { id: clientId };
  const remove = () =>
    takeBack.mutate(
      { params: { ...params, noteId: note.id } },
      {
        onError: complain,
        onSuccess: () =>
          undo(note.id, t('notes.removed'), () =>
            write.mutate({ params, input: { text: note.text } }, { onError: complain }),
          ),
      },
    );
  return (
    <Paper p="md" component="article">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{note.text}</Text>
        {note.author?.id === me.id && <CloseButton aria-label={t('notes.remove')} onClick={remove} />}
      </Group>
      <Text size="sm" c="dimmed" mt={4}>
        {[note.author?.email, format.moment(note.at)].filter(Boolean).join(' · ')}
      </Text>
    </Paper>
  );
}
