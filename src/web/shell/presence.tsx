import { Button, Group, Menu, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Coffee from 'lucide-react/icons/coffee';
import Clock from 'lucide-react/icons/clock';
import UserCheck from 'lucide-react/icons/user-check';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Presence, PresenceChange } from '../../contracts/live.js';
import { API } from '../api/endpoints.js';
import { useLiveExtension } from '../api/live.js';
import { useMe } from '../api/me.js';
import { reading, useChange } from '../api/query.js';
import { useFormat } from '../parts/format.js';
import { useComplaint, useFieldTrouble, useTrouble } from '../parts/trouble.js';
import { Window } from '../parts/window.js';

const MINUTES = [15, 30, 60] as const;
const HERE: PresenceChange = { presence: 'here', backAt: null };

/** Whether the person signed in is here; undefined for those without an extension, whom nobody calls. */
export function usePresence(): Presence | undefined {
  const { extension } = useMe();
  const live = useLiveExtension(extension?.id);
  const { data } = useQuery({ ...reading(API.presence), enabled: extension !== null && !live });
  return extension ? (live ?? data) : undefined;
}

/** Items of a menu: here, away, back in a while, back at a time. */
export function PresenceItems({ onAskTime }: { onAskTime: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = usePresence();
  const change = useChange(API.changePresence, [API.presence]);
  const complain = useComplaint();
  const say = (input: PresenceChange) => change.mutate({ input }, { onError: complain });
  if (!now) return null;
  const isAway = now.presence === 'away';
  return (
    <>
      <Menu.Label>
        {isAway
          ? [t('presence.away'), now.backAt && t('presence.back', { time: format.moment(now.backAt) })]
              .filter(Boolean)
              .join(', ')
          : t('presence.here')}
      </Menu.Label>
      {isAway ? (
        <Menu.Item leftSection={<UserCheck size={16} aria-hidden />} onClick={() => say(HERE)}>
          {t('presence.come')}
        </Menu.Item>
      ) : (
        <>
          <Menu.Item
            leftSection={<Coffee size={16} aria-hidden />}
            onClick={() => say({ presence: 'away', backAt: null })}
          >
            {t('presence.go')}
          </Menu.Item>
          {MINUTES.map((minutes) => (
            <Menu.Item
              key={minutes}
              leftSection={<Clock size={16} aria-hidden />}
              onClick={() => say({ presence: 'away', backAt: inMinutes(minutes) })}
            >
              {t('presence.backIn', { count: minutes })}
            </Menu.Item>
          ))}
          <Menu.Item leftSection={<Clock size={16} aria-hidden />} onClick={onAskTime}>
            {t('presence.backAt')}
          </Menu.Item>
        </>
      )}
      <Menu.Divider />
    </>
  );
}

/** Asks for the time of the day at which one is back; one that is past today is tomorrow's. */
export function BackAt({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const words = useTrouble();
  const troubleAt = useFieldTrouble();
  const [time, setTime] = useState(() => new Date(Date.now() + 3600_000).toTimeString().slice(0, 5));
  const change = useChange(API.changePresence, [API.presence]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ input: { presence: 'away', backAt: nextAt(time) } }, { onSuccess: onClose });
  };
  return (
    <Window onClose={onClose} title={t('presence.backAt')} size="xs">
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            type="time"
            label={t('presence.time')}
            description={t('presence.hint')}
            required
            data-autofocus
            value={time}
            error={change.error && (troubleAt(change.error, 'backAt') ?? words(change.error))}
            onChange={(event) => setTime(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={change.isPending} disabled={time === ''}>
              {t('presence.go')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Window>
  );
}

const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

/** @param time HH:MM of the browser's time zone */
function nextAt(time: string): string {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const at = new Date();
  at.setHours(hours, minutes, 0, 0);
  if (at.getTime() <= Date.now()) at.setDate(at.getDate() + 1);
  return at.toISOString();
}
