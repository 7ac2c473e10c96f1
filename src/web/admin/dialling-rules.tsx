import { MultiSelect, Select, TagsInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { DiallingRules } from '../../contracts/provisioning.js';
import { API } from '../api/endpoints.js';
import { reading } from '../api/query.js';
import { useCountries } from '../parts/countries.js';
import { useFields } from '../parts/form.js';
import { Loaded } from '../parts/loaded.js';
import { OptionalNumberField } from '../parts/number-field.js';
import { Page } from '../parts/page.js';
import { Settings, SettingsPart } from '../parts/settings.js';

const CAPS = ['callsPerDay', 'minutesPerDay', 'extensionCallsPerDay', 'extensionMinutesPerDay'] as const;

/** Whom the company's extensions may call, and how much. */
export default function DiallingRulesPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('nav.diallingRules')} lead={t('diallingRules.lead')}>
      <Loaded endpoint={API.diallingRules}>{(rules) => <Rules rules={rules} />}</Loaded>
    </Page>
  );
}

function Rules({ rules }: { rules: DiallingRules }) {
  const { t } = useTranslation();
  const countries = useCountries();
  const { data: numbers } = useQuery(reading(API.numbers, { query: { limit: 200 } }));
  const form = useFields(API.changeDiallingRules, [API.diallingRules], rules);
  return (
    <Settings form={form} change={(input) => ({ input })}>
      <SettingsPart title={t('diallingRules.whom')} hint={t('diallingRules.whomHint')}>
        <MultiSelect
          label={t('diallingRules.allowedCountries')}
          searchable
          data={countries}
          {...form.field('allowedCountries')}
        />
        <TagsInput
          label={t('diallingRules.allowedPrefixes')}
          description={t('diallingRules.prefixesHint')}
          {...form.field('allowedPrefixes')}
        />
        <TagsInput
          label={t('diallingRules.emergencyNumbers')}
          description={t('diallingRules.emergencyHint')}
          {...form.field('emergencyNumbers')}
        />
      </SettingsPart>
      <SettingsPart title={t('diallingRules.caps')} hint={t('diallingRules.capsHint')}>
        {CAPS.map((name) => (
          <OptionalNumberField
            key={name}
            label={t(`diallingRules.cap.${name}`)}
            placeholder={t('diallingRules.noCap')}
            min={0}
            max={1_000_000}
            {...form.field(name)}
          />
        ))}
      </SettingsPart>
      <SettingsPart title={t('diallingRules.shown')}>
        <Select
          label={t('diallingRules.defaultNumber')}
          description={t('diallingRules.defaultNumberHint')}
          placeholder={t('diallingRules.firstNumber')}
          clearable
          clearButtonProps={{ 'aria-label': t('diallingRules.firstNumber') }}
          data={(numbers?.items ?? [])
            .filter(({ isProxy }) => !isProxy)
            .map(({ id, name, number }) => ({ value: id, label: `${name} · ${number}` }))}
          {...form.field('defaultNumberId')}
        />
      </SettingsPart>
    </Settings>
  );
}
