import { Select, SimpleGrid, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RecordingsQuery } from '../../contracts/recordings.js';
import { localDate, shifted, startOfDay } from '../parts/days.js';
import { ExtensionSelect } from '../parts/extension-select.js';
import { durationOf } from '../parts/format.js';

const LENGTHS = ['', '30', '120', '300'] as const;
const DIRECTIONS = ['inbound', 'outbound', 'internal'] as const;

/** What recordings are found by, as the address has it. */
export type RecordingsFilter = Partial<Record<(typeof FILTERS)[number], string>>;
export const FILTERS = ['clientCode', 'manager', 'day', 'direction', 'minSeconds'] as const;

/** What the server is asked for it. */
export function queryOf({ day, minSeconds, ...rest }: RecordingsFilter): Partial<RecordingsQuery> {
  const from = day === undefined ? undefined : startOfDay(day);
  return {
    ...(rest as Partial<RecordingsQuery>),
    ...(from && { from: from.toISOString(), to: shifted(from, 1).toISOString() }),
    ...(minSeconds && { minSeconds: Number(minSeconds) }),
  };
}

interface RecordingsFilterProps {
  filter: RecordingsFilter;
  onChange: (name: keyof RecordingsFilter, value: string | null) => void;
}

export function RecordingsFilterBar({ filter, onChange }: RecordingsFilterProps) {
  const { t } = useTranslation();
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="sm">
      <TextInput
        label={t('recordings.byClient')}
        inputMode="numeric"
        value={filter.clientCode ?? ''}
        onChange={(event) => onChange('clientCode', event.currentTarget.value.trim())}
      />
      <ExtensionSelect
        label={t('recordings.byManager')}
        by="number"
        value={filter.manager ?? null}
        onChange={(manager) => onChange('manager', manager)}
      />
      <TextInput
        label={t('recordings.byDay')}
        type="date"
        max={localDate(new Date())}
        value={filter.day ?? ''}
        onChange={(event) => onChange('day', event.currentTarget.value)}
      />
      <Select
        label={t('call.direction')}
        placeholder={t('recordings.anyLength')}
        clearable
        data={DIRECTIONS.map((value) => ({ value, label: t(`direction.${value}`) }))}
        value={filter.direction ?? null}
        onChange={(direction) => onChange('direction', direction)}
      />
      <Select
        label={t('recordings.byLength')}
        data={LENGTHS.map((value) => ({
          value,
          label:
            value === ''
              ? t('recordings.anyLength')
              : t('recordings.longer', { length: durationOf(Number(value) * 1000) }),
        }))}
        value={filter.minSeconds ?? ''}
        onChange={(value) => onChange('minSeconds', value)}
        allowDeselect={false}
      />
    </SimpleGrid>
  );
}
