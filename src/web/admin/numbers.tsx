import { Badge, Select, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Hash from 'lucide-react/icons/hash';
import { useTranslation } from 'react-i18next';
import type { CompanyNumber, CompanyNumberNew } from '../../contracts/provisioning.js';
import { API, type Endpoint } from '../api/endpoints.js';
import { reading } from '../api/query.js';
import { Administered } from '../parts/administered.js';
import { FormModal, useFields } from '../parts/form.js';
import { OptionalNumberField } from '../parts/number-field.js';
import { Empty } from '../parts/states.js';
import { isPart } from './prompt-parts.js';

const ANNOUNCED = ['before-ringing', 'at-answer'] as const;
const MOST = { query: { limit: 200 } };

/** The numbers that clients dial, and what each does. */
export default function Numbers() {
  const { t } = useTranslation();
  const { data: groups } = useQuery(reading(API.groups, MOST));
  const groupOf = (id: string) => groups?.items.find((group) => group.id === id)?.name ?? '…';
  return (
    <Administered<CompanyNumber>
      title={t('nav.numbers')}
      lead={t('numbers.lead')}
      create={t('numbers.create')}
      right="provisioning.change"
      endpoint={API.numbers}
      removal={API.removeNumber}
      stale={[]}
      nameOf={({ number }) => number}
      columns={[
        { name: 'number', label: t('numbers.number'), cell: ({ number }) => number },
        { name: 'name', label: t('common.name'), cell: ({ name }) => name },
        {
          name: 'does',
          label: t('numbers.does'),
          cell: ({ groupId, greeting, isProxy }) =>
            isProxy ? (
              <Badge variant="light" tt="none">
                {t('numbers.proxy')}
              </Badge>
            ) : (
              [
                greeting && t('numbers.greets', { name: greeting }),
                groupId ? t('numbers.rings', { name: groupOf(groupId) }) : t('numbers.ringsNobody'),
              ]
                .filter(Boolean)
                .join(' → ')
            ),
        },
      ]}
      empty={<Empty icon={Hash} title={t('numbers.empty')} hint={t('numbers.emptyHint')} />}
      form={(number, onDone) => <NumberForm number={number} onDone={onDone} />}
    />
  );
}

type NumberFields = Omit<CompanyNumber, 'id'>;
const NEW: NumberFields = {
  number: '',
  name: '',
  groupId: null,
  greeting: null,
  isProxy: false,
  stickyMinutes: null,
  announceRecording: null,
};

export function NumberForm({ number, onDone }: { number: CompanyNumber | undefined; onDone: () => void }) {
  const { t } = useTranslation();
  const { data: groups } = useQuery(reading(API.groups, MOST));
  const { data: prompts } = useQuery(reading(API.prompts));
  const greetings = [
    ...new Set([
      ...(number?.greeting ? [number.greeting] : []),
      ...(prompts?.items ?? []).filter((prompt) => !isPart(prompt)).map(({ name }) => name),
    ]),
  ];
  const { id, ...initial } = number ?? { id: undefined, ...NEW };
  const endpoint: Endpoint<CompanyNumber, CompanyNumberNew> =
    id === undefined ? API.createNumber : API.changeNumber;
  const form = useFields(endpoint, [API.numbers], initial);
  return (
    <FormModal
      title={number?.number ?? t('numbers.create')}
      form={form}
      onClose={onDone}
      change={(fields) => ({
        input: fields,
        ...(id && { params: { id } }),
      })}
    >
      <TextInput
        label={t('numbers.number')}
        description={t('numbers.numberHint')}
        inputMode="tel"
        required
        data-autofocus
        {...form.field('number')}
      />
      <TextInput label={t('common.name')} required {...form.field('name')} />
      <Select
        label={t('numbers.group')}
        clearable
        data={(groups?.items ?? []).map(({ id: value, name }) => ({ value, label: name }))}
        {...form.field('groupId')}
      />
      <Select
        label={t('numbers.greeting')}
        description={t('numbers.greetingHint')}
        clearable
        searchable
        data={greetings}
        {...form.field('greeting')}
      />
      <Switch
        label={t('numbers.isProxy')}
        checked={form.values.isProxy}
        onChange={(event) => form.set({ isProxy: event.currentTarget.checked })}
      />
      <Select
        label={t('numbers.announceRecording')}
        description={t('numbers.announceHint')}
        placeholder={t('numbers.announce.never')}
        clearable
        clearButtonProps={{ 'aria-label': t('numbers.announce.never') }}
        data={ANNOUNCED.map((value) => ({ value, label: t(`numbers.announce.${value}`) }))}
        {...form.field('announceRecording')}
        onChange={(when) => form.set({ announceRecording: when as CompanyNumber['announceRecording'] })}
      />
      <OptionalNumberField
        label={t('company.stickyMinutes')}
        description={t('numbers.stickyHint')}
        placeholder={t('numbers.asCompany')}
        min={0}
        max={525_600}
        {...form.field('stickyMinutes')}
      />
    </FormModal>
  );
}
