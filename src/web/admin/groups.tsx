import { MultiSelect, NumberInput, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import UsersRound from 'lucide-react/icons/users-round';
import { useTranslation } from 'react-i18next';
import type { RingGroup } from '../../contracts/provisioning.js';
import { API, type Endpoint } from '../api/endpoints.js';
import { reading } from '../api/query.js';
import { Administered } from '../parts/administered.js';
import { FormModal, useFields } from '../parts/form.js';
import { Empty } from '../parts/states.js';
import { nameAndNumber } from '../parts/format.js';

const STRATEGIES = ['all', 'in_turn', 'longest_idle'] as const;
const MOST = { query: { limit: 200 } };

/** Ring groups: whose phones ring, and how. */
export default function Groups() {
  const { t } = useTranslation();
  const { data: extensions } = useQuery(reading(API.extensions, MOST));
  const { data: groups } = useQuery(reading(API.groups, MOST));
  const nameOf = (id: string) => extensions?.items.find((one) => one.id === id)?.name ?? '…';
  return (
    <Administered<RingGroup>
      title={t('nav.groups')}
      lead={t('groups.lead')}
      create={t('groups.create')}
      right="provisioning.change"
      endpoint={API.groups}
      removal={API.removeGroup}
      stale={[API.numbers]}
      nameOf={({ name }) => name}
      columns={[
        { name: 'name', label: t('common.name'), cell: ({ name }) => name },
        { name: 'strategy', label: t('groups.strategy'), cell: ({ strategy }) => t(`groups.by.${strategy}`) },
        {
          name: 'members',
          label: t('groups.members'),
          cell: ({ memberIds }) => memberIds.map(nameOf).join(', '),
        },
        {
          name: 'timeout',
          label: t('groups.timeout'),
          align: 'right',
          cell: ({ ringTimeoutS }) => t('common.seconds', { count: ringTimeoutS }),
        },
        {
          name: 'overflow',
          label: t('groups.overflow'),
          cell: ({ overflowGroupId }) => groups?.items.find(({ id }) => id === overflowGroupId)?.name ?? '',
        },
      ]}
      empty={<Empty icon={UsersRound} title={t('groups.empty')} hint={t('groups.emptyHint')} />}
      form={(group, onDone) => <GroupForm group={group} onDone={onDone} />}
    />
  );
}

type GroupFields = Omit<RingGroup, 'id'>;
const NEW: GroupFields = {
  name: '',
  strategy: 'all',
  ringTimeoutS: 25,
  memberIds: [],
  overflowGroupId: null,
};

export function GroupForm({ group, onDone }: { group: RingGroup | undefined; onDone: () => void }) {
  const { t } = useTranslation();
  const { data: extensions } = useQuery(reading(API.extensions, MOST));
  const { data: groups } = useQuery(reading(API.groups, MOST));
  const { id, ...initial } = group ?? { id: undefined, ...NEW };
  const endpoint: Endpoint<RingGroup, GroupFields> = id === undefined ? API.createGroup : API.changeGroup;
  const form = useFields(endpoint, [API.groups], initial);
  return (
    <FormModal
      title={group?.name ?? t('groups.create')}
      form={form}
      onClose={onDone}
      change={(input) => ({ input, ...(id && { params: { id } }) })}
    >
      <TextInput label={t('common.name')} required data-autofocus {...form.field('name')} />
      <MultiSelect
        label={t('groups.members')}
        description={t('groups.membersHint')}
        data={(extensions?.items ?? []).map((one) => ({
          value: one.id,
          label: nameAndNumber(one),
        }))}
        searchable
        {...form.field('memberIds')}
      />
      <Select
        label={t('groups.strategy')}
        allowDeselect={false}
        data={STRATEGIES.map((value) => ({ value, label: t(`groups.by.${value}`) }))}
        {...form.field('strategy')}
        onChange={(value) => form.set({ strategy: value as RingGroup['strategy'] })}
      />
      <NumberInput
        label={t('groups.timeout')}
        min={1}
        max={300}
        {...form.field('ringTimeoutS')}
        onChange={(value) => form.set({ ringTimeoutS: Number(value) })}
      />
      <Select
        label={t('groups.overflow')}
        description={t('groups.overflowHint')}
        clearable
        data={(groups?.items ?? [])
          .filter((one) => one.id !== id)
          .map(({ id: value, name }) => ({ value, label: name }))}
        {...form.field('overflowGroupId')}
      />
    </FormModal>
  );
}
