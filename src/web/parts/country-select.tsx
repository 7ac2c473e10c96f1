import { Select } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useCountries } from './countries.js';

interface Props {
  value: string;
  error?: ReactNode;
  onChange: (country: string) => void;
}

/** Where the company is. */
export function CountrySelect({ value, error, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Select
      label={t('setUp.country')}
      description={t('company.countryHint')}
      searchable
      allowDeselect={false}
      data={useCountries()}
      value={value}
      error={error}
      onChange={(country) => country && onChange(country)}
    />
  );
}
