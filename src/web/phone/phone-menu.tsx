import { ActionIcon, Indicator, Popover, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import Headset from 'lucide-react/icons/headset';
import Phone from 'lucide-react/icons/phone';
import { useEffect, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../api/me.js';
import { audioChoice, audioDevices, chooseAudio, microphone, type AudioDevices } from './audio-choice.js';
import { phone, usePhone } from './phone.js';
import type { PhoneStatus } from './phone-state.js';

const COLOURS: Record<PhoneStatus, string> = {
  off: 'gray',
  connecting: 'yellow',
  ready: 'pine',
  lost: 'red',
  insecure: 'red',
  'no-extension': 'red',
  'too-many-devices': 'red',
};

/** Turns the phone on and off, says how it stands, and chooses microphone and speaker. */
export function PhoneMenu() {
  const { t } = useTranslation();
  const [opened, { toggle }] = useDisclosure();
  const { status } = usePhone();
  const { extension } = useMe();
  const isOn = status !== 'off' && status !== 'insecure';
  const words = t(`phone.status.${status}`, { number: extension?.number });
  return (
    <Popover opened={opened} onChange={toggle} trapFocus position="bottom-end" shadow="md" width={280}>
      <Indicator color={COLOURS[status]} size={10} offset={6} withBorder>
        <Popover.Target>
          <ActionIcon
            size={36}
            radius="xl"
            variant="default"
            aria-label={`${t('phone.title')}: ${words}`}
            onClick={toggle}
          >
            <Headset size={18} aria-hidden />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown aria-label={t('phone.title')}>
        <Stack gap="sm">
          <Switch
            label={t('phone.on')}
            checked={isOn}
            data-autofocus
            onChange={({ currentTarget }) => void turn(currentTarget.checked)}
          />
          <Text size="sm" c="dimmed" role="status">
            {words}
          </Text>
          {status === 'ready' && <Dial />}
          {isOn && <Devices />}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** The click that turns it on is the one at which the browser asks for microphone and notifications. */
async function turn(on: boolean): Promise<void> {
  phone.turn(on);
  if (!on || !window.isSecureContext) return;
  if ('Notification' in window && Notification.permission === 'default')
    void Notification.requestPermission();
  const wanted = await microphone(audioChoice());
  const stream = await navigator.mediaDevices.getUserMedia(wanted).catch(() => undefined);
  stream?.getTracks().forEach((track) => track.stop());
}

/** A colleague's extension, or a client's code. */
function Dial() {
  const { t } = useTranslation();
  const [to, setTo] = useState('');
  const dial = (event: FormEvent) => {
    event.preventDefault();
    phone.do({ do: 'call', to });
    setTo('');
  };
  return (
    <form onSubmit={dial} noValidate>
      <TextInput
        label={t('phone.dial')}
        inputMode="tel"
        value={to}
        onChange={({ currentTarget }) => setTo(currentTarget.value.replace(/[^0-9*#]/g, ''))}
        rightSection={
          <ActionIcon type="submit" aria-label={t('debts.call')} disabled={to.length < 2}>
            <Phone size={16} aria-hidden />
          </ActionIcon>
        }
      />
    </form>
  );
}

function Devices() {
  const { t } = useTranslation();
  const [choice, setChoice] = useState(audioChoice);
  const [devices, setDevices] = useState<AudioDevices>({ microphones: [], speakers: [] });
  useEffect(() => {
    const look = () => void audioDevices().then(setDevices);
    look();
    navigator.mediaDevices.addEventListener('devicechange', look);
    return () => navigator.mediaDevices.removeEventListener('devicechange', look);
  }, []);
  const choose = (changed: Partial<typeof choice>) => {
    const next = { ...choice, ...changed };
    setChoice(next);
    chooseAudio(next);
  };
  const options = (list: readonly MediaDeviceInfo[]) => [
    { value: '', label: t('phone.systemDevice') },
    ...list.map(({ deviceId, label }) => ({ value: deviceId, label })),
  ];
  return (
    <>
      <Select
        label={t('phone.microphone')}
        data={options(devices.microphones)}
        value={choice.microphone}
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
        onChange={(id) => choose({ microphone: id ?? '' })}
      />
      {devices.speakers.length > 0 && (
        <Select
          label={t('phone.speaker')}
          data={options(devices.speakers)}
          value={choice.speaker}
          allowDeselect={false}
          comboboxProps={{ withinPortal: false }}
          onChange={(id) => choose({ speaker: id ?? '' })}
        />
      )}
    </>
  );
}
