import { Alert, Button, Code, Group, Stack, Table, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Extension, ExtensionWithPassword } from '../../contracts/provisioning.js';
import type { SoftphoneSettings } from '../../contracts/standing.js';
import { API } from '../api/endpoints.js';
import { reading, useChange } from '../api/query.js';
import { CopyValue } from '../parts/copy-value.js';
import { Trouble, Waiting } from '../parts/states.js';
import { Window } from '../parts/window.js';
import { SoftphoneLink } from './softphone-link.js';
import { nameAndNumber } from '../parts/format.js';

const SOFTPHONES = ['linphone', 'zoiper', 'groundwire'] as const;

interface SoftphoneCardProps {
  extension: Extension | ExtensionWithPassword;
  onClose: () => void;
}

/** How a softphone is set up: by a QR code, or by hand. The password is shown once: when it is made. */
export function SoftphoneCard({ extension, onClose }: SoftphoneCardProps) {
  const { t } = useTranslation();
  const settings = useQuery(reading(API.softphone));
  const renew = useChange(API.newSipPassword);
  const password =
    renew.data?.sipPassword ?? ('sipPassword' in extension ? extension.sipPassword : undefined);
  return (
    <Window onClose={onClose} size="lg" title={t('softphone.of', { name: nameAndNumber(extension) })}>
      <Stack>
        {settings.error && <Trouble error={settings.error} again={() => void settings.refetch()} />}
        {settings.isPending && <Waiting rows={2} />}
        {settings.data && <Settings extension={extension} settings={settings.data} password={password} />}
        {password ? (
          <Alert color="yellow" variant="light">
            {t('softphone.once')}
          </Alert>
        ) : (
          <Group justify="space-between">
            <Text size="sm" c="dimmed" maw="20rem">
              {t('softphone.renewHint')}
            </Text>
            <Button
              variant="default"
              loading={renew.isPending}
              onClick={() => renew.mutate({ params: { id: extension.id } })}
            >
              {t('softphone.renew')}
            </Button>
          </Group>
        )}
        {renew.error && <Trouble error={renew.error} />}
      </Stack>
    </Window>
  );
}

interface SettingsProps {
  extension: Extension;
  settings: SoftphoneSettings;
  password: string | undefined;
}

function Settings({ extension, settings, password }: SettingsProps) {
  const { t } = useTranslation();
  const server = `${settings.host}:${settings.port}`;
  const domain = settings.domain ?? server;
  const rows: [string, string][] = [
    [t('softphone.user'), extension.number],
    ...(password === undefined ? [] : ([[t('signIn.password'), password]] as [string, string][])),
    [t('softphone.domain'), domain],
    ...(settings.domain === null ? [] : ([[t('softphone.proxy'), server]] as [string, string][])),
    [t('softphone.transport'), settings.tlsPort ? `TLS (${settings.tlsPort})` : 'UDP, TCP'],
  ];
  return (
    <Stack gap="sm">
      <Table verticalSpacing={6} aria-label={t('softphone.title')}>
        <Table.Tbody>
          {rows.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={500}>
                {name}
              </Table.Th>
              <Table.Td>
                <Code>{value}</Code>
              </Table.Td>
              <Table.Td ta="right">
                <CopyValue value={value} label={t('softphone.copy', { name })} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Tabs defaultValue={SOFTPHONES[0]}>
        <Tabs.List>
          {SOFTPHONES.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(`softphone.name.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {SOFTPHONES.map((name) => (
          <Tabs.Panel key={name} value={name} pt="sm">
            <Stack gap="sm">
              <Text size="sm">{t(`softphone.how.${name}`)}</Text>
              {name === 'linphone' && <SoftphoneLink extensionId={extension.id} />}
            </Stack>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}
