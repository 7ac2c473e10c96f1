import {
  Badge,
  Button,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Select,
  Stack,
  Switch,
  Text,
  TagsInput,
  TextInput,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import Cable from 'lucide-react/icons/cable';
import { useTranslation } from 'react-i18next';
import type { Trunk, TrunkNew } from '../../contracts/provisioning.js';
import type { TrunkStateView } from '../../contracts/standing.js';
import { API, type Endpoint } from '../api/endpoints.js';
import { reading } from '../api/query.js';
import { Administered } from '../parts/administered.js';
import { FormModal, useFields } from '../parts/form.js';
import { useFormat } from '../parts/format.js';
import { Empty } from '../parts/states.js';
import { TrunkTestModal } from './trunk-test.js';

const REFRESH_MS = 3_000;
const COLOURS: Record<TrunkStateView['state'], string> = {
  registered: 'pine',
  registering: 'yellow',
  failed: 'red',
  stopped: 'gray',
};

/** The carriers' connections, and how each stands now. */
export default function Trunks() {
  const { t } = useTranslation();
  const states = useQuery({ ...reading(API.trunkStates), refetchInterval: REFRESH_MS });
  return (
    <Administered<Trunk>
      title={t('nav.trunks')}
      lead={t('trunks.lead')}
      create={t('trunks.create')}
      right="provisioning.change"
      endpoint={API.trunks}
      removal={API.removeTrunk}
      stale={[API.trunkStates]}
      nameOf={({ name }) => name}
      columns={[
        { name: 'name', label: t('common.name'), cell: ({ name }) => name },
        { name: 'kind', label: t('trunks.kind'), cell: ({ kind }) => t(`trunks.by.${kind}`) },
        {
          name: 'host',
          label: t('trunks.host'),
          cell: ({ host, port, transport }) => `${host}:${port} · ${transport.toUpperCase()}`,
        },
        {
          name: 'state',
          label: t('trunks.state'),
          cell: (trunk) => (
            <State trunk={trunk} state={states.data?.items.find(({ trunkId }) => trunkId === trunk.id)} />
          ),
        },
      ]}
      empty={<Empty icon={Cable} title={t('trunks.empty')} hint={t('trunks.emptyHint')} />}
      form={(trunk, onDone) => <TrunkForm trunk={trunk} onDone={onDone} />}
      actions={(trunk) => <TestButton trunk={trunk} />}
    />
  );
}

function TestButton({ trunk }: { trunk: Trunk }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`${t('trunkTest.test')}: ${trunk.name}`}
        onClick={open}
      >
        {t('trunkTest.test')}
      </Button>
      {opened && <TrunkTestModal trunk={trunk} onClose={close} />}
    </>
  );
}

function State({ trunk, state }: { trunk: Trunk; state: TrunkStateView | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!state) return '–';
  const listens = state.state === 'registered' && trunk.kind === 'address';
  const said = [state.status, state.reason].filter(Boolean).join(' ');
  const { trouble } = state;
  return (
    <Stack gap={4} align="flex-start">
      <Badge
        variant="light"
        color={COLOURS[state.state]}
        tt="none"
        title={t('trunks.since', { time: format.exact(state.since) })}
      >
        {[t(listens ? 'trunks.is.listening' : `trunks.is.${state.state}`), state.state === 'failed' && said]
          .filter(Boolean)
          .join(' · ')}
      </Badge>
      {trouble && (
        <Text size="sm" c="var(--mantine-color-error)" maw="22rem">
          {t(`trunks.trouble.${trouble.what}`, {
            number: trouble.companyNumber ?? '',
            status: trouble.sipStatus,
            time: format.moment(trouble.at),
          })}
        </Text>
      )}
    </Stack>
  );
}

type TrunkFields = Omit<Trunk, 'id' | 'hasPassword'>;
const NEW: TrunkFields = {
  name: '',
  kind: 'registration',
  host: '',
  port: 5060,
  transport: 'udp',
  username: null,
  sourceAddresses: [],
  callerIdFormat: 'e164',
  dialFormat: 'e164',
  outboundProxy: null,
  enabled: true,
};
const FORMATS: readonly Trunk['dialFormat'][] = ['e164', 'digits', 'national'];

export function TrunkForm({ trunk, onDone }: { trunk: Trunk | undefined; onDone: () => void }) {
  const { t } = useTranslation();
  const { id, hasPassword, ...initial } = trunk ?? { id: undefined, hasPassword: false, ...NEW };
  const endpoint: Endpoint<Trunk, TrunkNew> = id === undefined ? API.createTrunk : API.changeTrunk;
  const form = useFields(endpoint, [API.trunks, API.trunkStates], { ...initial, password: '' });
  return (
    <FormModal
      title={trunk?.name ?? t('trunks.create')}
      form={form}
      onClose={onDone}
      change={({ password, username, outboundProxy, ...fields }) => ({
        input: {
          ...fields,
          username: username || null,
          outboundProxy: outboundProxy || null,
          ...(password && { password }),
        },
        ...(id && { params: { id } }),
      })}
    >
      <TextInput label={t('common.name')} required data-autofocus {...form.field('name')} />
      <SegmentedControl
        aria-label={t('trunks.kind')}
        value={form.values.kind}
        onChange={(kind) => form.set({ kind: kind as Trunk['kind'] })}
        data={(['registration', 'address'] as const).map((value) => ({
          value,
          label: t(`trunks.by.${value}`),
        }))}
      />
      <TextInput label={t('trunks.host')} required {...form.field('host')} />
      <NumberInput
        label={t('trunks.port')}
        min={1}
        max={65535}
        {...form.field('port')}
        onChange={(value) => form.set({ port: Number(value) })}
      />
      <SegmentedControl
        aria-label={t('softphone.transport')}
        value={form.values.transport}
        onChange={(transport) => form.set({ transport: transport as Trunk['transport'] })}
        data={['udp', 'tcp', 'tls'].map((value) => ({ value, label: value.toUpperCase() }))}
      />
      {form.values.kind === 'registration' ? (
        <>
          <TextInput
            label={t('softphone.user')}
            autoComplete="off"
            {...form.field('username')}
            value={form.values.username ?? ''}
          />
          <PasswordInput
            label={t('signIn.password')}
            description={hasPassword ? t('trunks.passwordKept') : undefined}
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
            {...form.field('password')}
          />
        </>
      ) : (
        <TagsInput
          label={t('trunks.sources')}
          description={t('trunks.sourcesHint')}
          {...form.field('sourceAddresses')}
        />
      )}
      {(['dialFormat', 'callerIdFormat'] as const).map((field) => (
        <Select
          key={field}
          label={t(`trunks.${field}`)}
          allowDeselect={false}
          data={FORMATS.map((value) => ({ value, label: t(`trunks.format.${value}`) }))}
          value={form.values[field]}
          onChange={(value) => form.set({ [field]: value })}
        />
      ))}
      <TextInput
        label={t('trunks.outboundProxy')}
        description={t('trunks.outboundProxyHint')}
        {...form.field('outboundProxy')}
        value={form.values.outboundProxy ?? ''}
      />
      <Switch
        label={t('trunks.enabled')}
        checked={form.values.enabled}
        onChange={(event) => form.set({ enabled: event.currentTarget.checked })}
      />
    </FormModal>
  );
}
