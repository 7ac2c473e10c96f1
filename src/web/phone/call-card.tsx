import { ActionIcon, Badge, Button, Group, Paper, Popover, SimpleGrid, Stack, Text } from '@mantine/core';
import Grid3x3 from 'lucide-react/icons/grid-3x3';
import Mic from 'lucide-react/icons/mic';
import MicOff from 'lucide-react/icons/mic-off';
import Pause from 'lucide-react/icons/pause';
import PhoneOff from 'lucide-react/icons/phone-off';
import Play from 'lucide-react/icons/play';
import type { LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useLive, useNow } from '../api/live.js';
import { useMe } from '../api/me.js';
import { durationOf } from '../parts/format.js';
import { RecordingPause, RecordingPaused } from '../parts/recording-pause.js';
import { Party } from './party.js';
import { PassOn } from './pass-on.js';
import { phone } from './phone.js';
import type { PhoneCall } from './phone-state.js';
import styles from './phone.module.css';
import { supervisionModes } from './supervision-modes.js';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const;

interface CallCardProps {
  call: PhoneCall;
  /** The other calls of this phone. */
  others: readonly PhoneCall[];
}

/** A call that goes on: who, how long, and what can be done with it. */
export function CallCard({ call, others }: CallCardProps) {
  const { t } = useTranslation();
  const { id, muted, held } = call;
  const talks = call.state === 'talking';
  const live = useLiveCall(call);
  const isOwn = !supervisionModes.some((mode) => mode === call.party);
  return (
    <Paper p="md" role="region" aria-label={t('phone.callWith', { name: call.name })} className={styles.card}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Party call={call} />
          <Group gap="xs" wrap="nowrap" flex="none">
            <State call={call} />
            {live && <RecordingPause call={live} size={28} />}
          </Group>
        </Group>
        <Group gap="xs">
          <Group gap="xs" wrap="nowrap" mr="auto">
            <Toggle
              label={t(muted ? 'phone.unmute' : 'phone.mute')}
              keys="Shift+Alt+M"
              icon={muted ? MicOff : Mic}
              pressed={muted}
              disabled={!talks}
              onClick={() => phone.do({ do: 'mute', id, on: !muted })}
            />
            {isOwn && (
              <Toggle
                label={t(held ? 'phone.retrieve' : 'phone.hold')}
                keys="Shift+Alt+H"
                icon={held ? Play : Pause}
                pressed={held}
                disabled={!talks}
                onClick={() => phone.do({ do: 'hold', id, on: !held })}
              />
            )}
            <Keypad id={id} />
            {isOwn && talks && <PassOn call={call} others={others} />}
          </Group>
          <Button
            color="red.8"
            flex="1 0 auto"
            leftSection={<PhoneOff size={16} aria-hidden />}
            aria-keyshortcuts="Shift+Alt+E"
            onClick={() => phone.do({ do: 'hang-up', id })}
          >
            {t('phone.hangUp')}
          </Button>
        </Group>
        <RecordingPaused call={live} />
        {call.passingTo && (
          <Text size="sm" role="status">
            {t('phone.passing', { to: call.passingTo })}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}

/** The person's own conversation with this party, a client or a colleague, as the live feed has it. */
function useLiveCall({ party }: PhoneCall) {
  const own = useMe().extension?.number;
  const { calls } = useLive();
  return calls.find(({ client, manager, caller }) =>
    caller
      ? [caller.number, manager?.number].sort().join() === [own, party].sort().join()
      : client?.code === party && manager?.number === own,
  );
}

function State({ call: { state, held, since, interrupted } }: { call: PhoneCall }) {
  const { t } = useTranslation();
  const now = useNow();
  if (state !== 'talking') {
    return (
      <Badge variant="light" color="yellow" tt="none" flex="none">
        {t('phone.calling')}
      </Badge>
    );
  }
  if (interrupted) {
    return (
      <Badge variant="light" color="red" tt="none" flex="none" role="status">
        {t('phone.interrupted')}
      </Badge>
    );
  }
  return (
    <Badge variant="light" color={held ? 'orange' : 'blue'} tt="none" flex="none" className="figures">
      {held ? t('phone.held') : durationOf(now - since)}
    </Badge>
  );
}

interface ToggleProps {
  label: string;
  keys: string;
  icon: LucideIcon;
  pressed: boolean;
  disabled: boolean;
  onClick: () => void;
}

function Toggle({ label, keys, icon: Icon, pressed, disabled, onClick }: ToggleProps) {
  return (
    <ActionIcon
      size={36}
      variant={pressed ? 'filled' : 'default'}
      aria-label={label}
      title={`${label} (${keys})`}
      aria-keyshortcuts={keys}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon size={18} aria-hidden />
    </ActionIcon>
  );
}

/** The keys of a telephone, for menus and PINs; the keyboard's own digits work too. */
function Keypad({ id }: { id: string }) {
  const { t } = useTranslation();
  const press = (key: string) => phone.do({ do: 'key', id, key });
  return (
    <Popover trapFocus position="top" shadow="md">
      <Popover.Target>
        <ActionIcon size={36} variant="default" aria-label={t('phone.keypad')}>
          <Grid3x3 size={18} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown
        aria-label={t('phone.keypad')}
        onKeyDown={({ key }) => KEYS.some((one) => one === key) && press(key)}
      >
        <SimpleGrid cols={3} spacing="xs">
          {KEYS.map((key) => (
            <Button key={key} variant="default" w={48} px={0} onClick={() => press(key)}>
              {key}
            </Button>
          ))}
        </SimpleGrid>
      </Popover.Dropdown>
    </Popover>
  );
}
