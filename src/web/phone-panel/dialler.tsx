import { ActionIcon, Popover, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import PhoneOutgoing from 'lucide-react/icons/phone-outgoing';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { API } from '../api/endpoints.js';
import { useMay, useMe } from '../api/me.js';
import { useChange } from '../api/query.js';
import { useFieldTrouble, useTrouble } from '../parts/trouble.js';
import { phone } from '../phone/phone.js';

/** Dials a client by his code, from any page. */
export function Dialler() {
  const { t } = useTranslation();
  const may = useMay();
  const { extension } = useMe();
  const words = useTrouble();
  const troubleAt = useFieldTrouble();
  const [opened, { toggle, close }] = useDisclosure();
  const [clientCode, setCode] = useState('');
  const call = useChange(API.startCall, [API.calls]);
  if (!may('calls.make') || !extension) return null;
  const dial = (event: FormEvent) => {
    event.preventDefault();
    const isHere = phone.expect(clientCode);
    call.mutate(
      { input: { clientCode, ...(isHere && { device: 'browser' }) } },
      {
        onError: () => void phone.expect(null),
        onSuccess: () => {
          setCode('');
          close();
        },
      },
    );
  };
  const { error } = call;
  return (
    <Popover opened={opened} onChange={toggle} trapFocus position="bottom-end" shadow="md" width={280}>
      <Popover.Target>
        <ActionIcon size={36} radius="xl" aria-label={t('dial.title')} onClick={toggle}>
          <PhoneOutgoing size={18} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('dial.title')}>
        <form onSubmit={dial} noValidate>
          <Stack gap="xs">
            <TextInput
              label={t('dial.code')}
              inputMode="numeric"
              data-autofocus
              value={clientCode}
              error={error && (troubleAt(error, 'clientCode') ?? words(error))}
              onChange={(event) => setCode(event.currentTarget.value.replace(/\s/g, ''))}
              rightSection={
                <ActionIcon type="submit" aria-label={t('debts.call')} loading={call.isPending}>
                  <PhoneOutgoing size={16} aria-hidden />
                </ActionIcon>
              }
            />
            <Text size="xs" c="dimmed">
              {t('dial.begunHint')}
            </Text>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
