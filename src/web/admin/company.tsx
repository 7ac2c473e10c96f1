import { Group, PasswordInput, Select, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Company, CompanyChange } from '../../contracts/provisioning.js';
import { API } from '../api/endpoints.js';
import { CountrySelect } from '../parts/country-select.js';
import { useFields, type Fields } from '../parts/form.js';
import { Loaded } from '../parts/loaded.js';
import { NumberField } from '../parts/number-field.js';
import { Page } from '../parts/page.js';
import { RowLink } from '../parts/rows.js';
import { Settings, SettingsPart } from '../parts/settings.js';
import { useFieldTrouble } from '../parts/trouble.js';

/** What is heard when a supervisor takes part, where nothing else was chosen yet. */
const TONE = { hertz: 1400, ms: 200 };

/** What holds for the whole company. */
export default function CompanyPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('nav.company')} lead={t('company.lead')}>
      <Loaded endpoint={API.company}>{(company) => <CompanySettings company={company} />}</Loaded>
    </Page>
  );
}

function CompanySettings({ company }: { company: Company }) {
  const { t } = useTranslation();
  const { hasCallbackPin } = company;
  const form = useFields(API.changeCompany, [API.company], {
    name: company.name,
    country: company.country,
    timeZone: company.timeZone,
    sipDomain: company.sipDomain,
    stickyMinutes: company.stickyMinutes,
    supervisionTone: company.supervisionTone,
    recordsInternalCalls: company.recordsInternalCalls,
    keepOriginalRecordings: company.keepOriginalRecordings,
    revealQuota: company.revealQuota,
    proxyFreshDays: company.proxyFreshDays,
    asksPin: hasCallbackPin,
    callbackPin: '',
  });
  const { values } = form;
  return (
    <Settings
      form={form}
      change={({ asksPin, callbackPin, sipDomain, ...fields }) => ({
        input: {
          ...fields,
          sipDomain: sipDomain?.trim() || null,
          // One that is set already stays as it is where no other is written.
          ...(!asksPin ? { callbackPin: null } : (callbackPin || !hasCallbackPin) && { callbackPin }),
        },
      })}
      onSaved={({ hasCallbackPin: asksPin }) => form.set({ asksPin, callbackPin: '' })}
    >
      <CompanyItself form={form} />
      <SettingsPart title={t('company.calls')}>
        <NumberField
          label={t('company.stickyMinutes')}
          description={t('company.stickyHint')}
          min={0}
          max={525_600}
          {...form.field('stickyMinutes')}
        />
        <SupervisionTone form={form} />
      </SettingsPart>
      <SettingsPart
        title={t('nav.recordings')}
        hint={<RowLink to="/recording-rules">{t('company.toRules')}</RowLink>}
      >
        {(['recordsInternalCalls', 'keepOriginalRecordings'] as const).map((name) => (
          <Switch
            key={name}
            label={t(`company.${name}`)}
            checked={values[name]}
            onChange={(event) => form.set({ [name]: event.currentTarget.checked })}
          />
        ))}
      </SettingsPart>
      <SettingsPart title={t('company.numbers')}>
        <NumberField
          label={t('company.revealQuota')}
          description={t('company.revealHint')}
          min={0}
          max={1000}
          {...form.field('revealQuota')}
        />
        <NumberField
          label={t('company.proxyFreshDays')}
          description={t('company.proxyHint')}
          min={1}
          max={3650}
          {...form.field('proxyFreshDays')}
        />
        <Switch
          label={t('company.asksPin')}
          checked={values.asksPin}
          onChange={(event) => form.set({ asksPin: event.currentTarget.checked })}
        />
        {values.asksPin && (
          <PasswordInput
            label={t('company.callbackPin')}
            description={hasCallbackPin ? t('company.pinKept') : t('company.pinHint')}
            inputMode="numeric"
            autoComplete="off"
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
            {...form.field('callbackPin')}
          />
        )}
      </SettingsPart>
    </Settings>
  );
}

type Values = Omit<Company, 'id' | 'hasCallbackPin'> & { asksPin: boolean; callbackPin: string };
interface PartProps {
  form: Fields<Values, Company, CompanyChange>;
}

function CompanyItself({ form }: PartProps) {
  const { t } = useTranslation();
  const { timeZone } = form.values;
  return (
    <SettingsPart title={t('company.itself')}>
      <TextInput label={t('common.name')} required {...form.field('name')} />
      <CountrySelect {...form.field('country')} onChange={(country) => form.set({ country })} />
      <Select
        label={t('setUp.timeZone')}
        description={t('company.timeZoneHint')}
        placeholder={t('company.machineTime')}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': t('company.machineTime') }}
        data={[...new Set([...(timeZone ? [timeZone] : []), ...Intl.supportedValuesOf('timeZone')])]}
        {...form.field('timeZone')}
      />
      <TextInput
        label={t('company.sipDomain')}
        description={t('company.sipDomainHint')}
        {...form.field('sipDomain')}
        value={form.values.sipDomain ?? ''}
      />
    </SettingsPart>
  );
}

/** A beep that both sides hear, or none. */
function SupervisionTone({ form }: PartProps) {
  const { t } = useTranslation();
  const troubleAt = useFieldTrouble();
  const { supervisionTone } = form.values;
  const tone = supervisionTone ?? TONE;
  return (
    <>
      <Switch
        label={t('company.supervisionTone')}
        description={t('company.toneHint')}
        checked={supervisionTone !== null}
        onChange={(event) => form.set({ supervisionTone: event.currentTarget.checked ? tone : null })}
      />
      {supervisionTone && (
        <Group grow align="flex-start">
          {(['hertz', 'ms'] as const).map((name) => (
            <NumberField
              key={name}
              label={t(`company.tone.${name}`)}
              value={tone[name]}
              error={troubleAt(form.error, `supervisionTone.${name}`)}
              onChange={(value) => form.set({ supervisionTone: { ...tone, [name]: value } })}
            />
          ))}
        </Group>
      )}
    </>
  );
}
