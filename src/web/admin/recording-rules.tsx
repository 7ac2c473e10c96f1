import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import ListChecks from 'lucide-react/icons/list-checks';
import { useTranslation } from 'react-i18next';
import type { RecordingRule, RecordingRuleNew } from '../../contracts/recordings.js';
import { API, type Endpoint } from '../api/endpoints.js';
import { reading } from '../api/query.js';
import { Administered } from '../parts/administered.js';
import { ExtensionSelect } from '../parts/extension-select.js';
import { FormModal, useFields } from '../parts/form.js';
import { NumberField, OptionalNumberField } from '../parts/number-field.js';
import { Empty } from '../parts/states.js';
import { nameAndNumber } from '../parts/format.js';

const MOST = { query: { limit: 200 } };
/** New rules come after the others, with room between. */
const STEP = 10;

/** Which calls are recorded, and how long their recordings are kept. */
export default function RecordingRules() {
  const { t } = useTranslation();
  const { data: numbers } = useQuery(reading(API.numbers, MOST));
  const { data: extensions } = useQuery(reading(API.extensions, MOST));
  const { data: rules } = useQuery(reading(API.recordingRules, MOST));
  const last = Math.max(0, ...(rules?.items ?? []).map(({ position }) => position));
  const whichOf = ({ companyNumberId, direction, extensionId }: RecordingRule): string => {
    const number = numbers?.items.find(({ id }) => id === companyNumberId);
    const extension = extensions?.items.find(({ id }) => id === extensionId);
    const which = [
      companyNumberId && (number ? nameAndNumber(number) : '…'),
      direction && t(`direction.${direction}`),
      extensionId && (extension ? nameAndNumber(extension) : '…'),
    ].filter(Boolean);
    return which.length > 0 ? which.join(', ') : t('recordingRules.allCalls');
  };
  return (
    <Administered<RecordingRule>
      title={t('nav.recordingRules')}
      lead={t('recordingRules.lead')}
      create={t('recordingRules.create')}
      right="provisioning.change"
      endpoint={API.recordingRules}
      removal={API.removeRecordingRule}
      stale={[]}
      nameOf={({ name }) => name}
      columns={[
        {
          name: 'position',
          label: t('recordingRules.position'),
          align: 'right',
          cell: ({ position }) => String(position),
        },
        { name: 'name', label: t('common.name'), cell: ({ name }) => name },
        { name: 'which', label: t('recordingRules.which'), cell: whichOf },
        {
          name: 'share',
          label: t('recordingRules.share'),
          align: 'right',
          cell: ({ sharePercent }) =>
            sharePercent === 0 ? t('recordingRules.none') : `${sharePercent}\u00a0%`,
        },
        {
          name: 'kept',
          label: t('recordingRules.kept'),
          align: 'right',
          cell: ({ retentionDays }) =>
            retentionDays === null
              ? t('recordingRules.forEver')
              : t('recordingRules.days', { count: retentionDays }),
        },
      ]}
      empty={
        <Empty icon={ListChecks} title={t('recordingRules.empty')} hint={t('recordingRules.emptyHint')} />
      }
      form={(rule, onDone) => <RuleForm rule={rule} position={last + STEP} onDone={onDone} />}
    />
  );
}

const NEW: Omit<RecordingRule, 'id' | 'position'> = {
  name: '',
  companyNumberId: null,
  direction: null,
  extensionId: null,
  sharePercent: 100,
  retentionDays: null,
};

interface RuleFormProps {
  rule: RecordingRule | undefined;
  /** Where a new one stands, until somebody says otherwise. */
  position: number;
  onDone: () => void;
}

function RuleForm({ rule, position, onDone }: RuleFormProps) {
  const { t } = useTranslation();
  const { data: numbers } = useQuery(reading(API.numbers, MOST));
  const { id, ...initial } = rule ?? { id: undefined, position, ...NEW };
  const endpoint: Endpoint<RecordingRule, RecordingRuleNew> =
    id === undefined ? API.createRecordingRule : API.changeRecordingRule;
  const form = useFields(endpoint, [API.recordingRules], initial);
  return (
    <FormModal
      title={rule?.name ?? t('recordingRules.create')}
      form={form}
      onClose={onDone}
      change={(input) => ({ input, ...(id && { params: { id } }) })}
    >
      <TextInput label={t('common.name')} required data-autofocus {...form.field('name')} />
      <NumberField
        label={t('recordingRules.position')}
        description={t('recordingRules.positionHint')}
        min={0}
        max={100_000}
        {...form.field('position')}
      />
      <Select
        label={t('call.companyNumber')}
        placeholder={t('common.all')}
        clearable
        clearButtonProps={{ 'aria-label': t('common.all') }}
        data={(numbers?.items ?? []).map((one) => ({ value: one.id, label: nameAndNumber(one) }))}
        {...form.field('companyNumberId')}
      />
      <Select
        label={t('call.direction')}
        placeholder={t('common.all')}
        clearable
        clearButtonProps={{ 'aria-label': t('common.all') }}
        data={(['inbound', 'outbound'] as const).map((value) => ({ value, label: t(`direction.${value}`) }))}
        {...form.field('direction')}
        onChange={(direction) => form.set({ direction: direction as RecordingRule['direction'] })}
      />
      <ExtensionSelect
        label={t('call.manager')}
        description={t('recordingRules.managerHint')}
        by="id"
        {...form.field('extensionId')}
      />
      <NumberField
        label={t('recordingRules.sharePercent')}
        description={t('recordingRules.shareHint')}
        min={0}
        max={100}
        {...form.field('sharePercent')}
      />
      <OptionalNumberField
        label={t('recordingRules.retentionDays')}
        description={t('recordingRules.retentionHint')}
        placeholder={t('recordingRules.forEver')}
        min={1}
        max={36_500}
        {...form.field('retentionDays')}
      />
    </FormModal>
  );
}
