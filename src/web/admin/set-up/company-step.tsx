import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Company } from '../../../contracts/provisioning.js';
import { API } from '../../api/endpoints.js';
import { CountrySelect } from '../../parts/country-select.js';
import { FormTrouble, useFields } from '../../parts/form.js';

/** What numbers are read as, which language callers hear and which times are meant. */
export function CompanyStep({ company, onDone }: { company: Company; onDone: () => void }) {
  const { t } = useTranslation();
  const form = useFields(API.changeCompany, [API.company], {
    name: company.name === 'Company' ? '' : company.name,
    country: company.country,
    timeZone: company.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    form.save({ input: form.values }, onDone);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack maw="26rem">
        <TextInput label={t('common.name')} required {...form.field('name')} />
        <CountrySelect {...form.field('country')} onChange={(country) => form.set({ country })} />
        <Select
          label={t('setUp.timeZone')}
          searchable
          allowDeselect={false}
          data={[...new Set([form.values.timeZone, ...Intl.supportedValuesOf('timeZone')])]}
          {...form.field('timeZone')}
          onChange={(timeZone) => timeZone && form.set({ timeZone })}
        />
        <FormTrouble form={form} />
        <Group>
          <Button type="submit" loading={form.saving}>
            {t('setUp.next')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
