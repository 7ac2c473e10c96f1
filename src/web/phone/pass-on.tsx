import { ActionIcon, Autocomplete, Button, Popover, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import PhoneForwarded from 'lucide-react/icons/phone-forwarded';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../api/live.js';
import { useMe } from '../api/me.js';
import { phone } from './phone.js';
import type { PhoneCall } from './phone-state.js';

interface PassOnProps {
  call: PhoneCall;
  others: readonly PhoneCall[];
}

/** Passes a client on to a colleague: at once, or after asking him. */
export function PassOn({ call, others }: PassOnProps) {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure();
  const [to, setTo] = useState('');
  const { extensions } = useLive();
  const { extension } = useMe();
  const { id } = call;
  const asked = others.find(({ state, direction }) => state === 'talking' && direction === 'out');
  const number = to.trim().split(' ')[0] ?? '';
  const isNumber = /^\d{2,6}$/.test(number);
  const colleagues = extensions.filter((one) => one.number !== extension?.number);
  const passOn = (event: FormEvent) => {
    event.preventDefault();
    if (!isNumber) return;
    phone.do({ do: 'pass-on', id, to: number });
    close();
  };
  return (
    <Popover opened={opened} onChange={toggle} trapFocus position="top-end" shadow="md" width={260}>
      <Popover.Target>
        <ActionIcon
          size={36}
          variant="default"
          aria-label={t('phone.passOn')}
          disabled={call.passingTo !== null}
          onClick={toggle}
        >
          <PhoneForwarded size={18} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('phone.passOn')}>
        <form onSubmit={passOn} noValidate>
          <Stack gap="xs">
            {asked && (
              <Button
                onClick={() => {
                  phone.do({ do: 'connect', id, other: asked.id });
                  close();
                }}
              >
                {t('phone.connect', { name: asked.name })}
              </Button>
            )}
            <Autocomplete
              label={t('phone.colleague')}
              data-autofocus
              value={to}
              onChange={setTo}
              data={colleagues.map((one) => `${one.number} ${one.name}`)}
            />
            <Button type="submit" variant={asked ? 'default' : 'filled'} disabled={!isNumber}>
              {t('phone.passNow')}
            </Button>
            <Button
              variant="default"
              disabled={!isNumber}
              onClick={() => {
                phone.do({ do: 'call', to: number });
                close();
              }}
            >
              {t('phone.askFirst')}
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
