import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery, keepPreviousData } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { API } from '../api/endpoints.js';
import { reading } from '../api/query.js';

const TYPING_MS = 250;
const SHOWN = 20;

interface ClientSelectProps {
  label: string;
  value: string | null;
  error?: ReactNode;
  onChange: (id: string | null) => void;
}

/** One of the company's clients, found by a part of the name or the beginning of the code. */
export function ClientSelect({ onChange, ...props }: ClientSelectProps) {
  const { t } = useTranslation();
  const [written, setWritten] = useState('');
  const [chosen, setChosen] = useState<{ value: string; label: string }>();
  const [asked] = useDebouncedValue(written === chosen?.label ? '' : written, TYPING_MS);
  const { data } = useQuery({
    ...reading(API.clients, { query: { search: asked, limit: SHOWN } }),
    placeholderData: keepPreviousData,
  });
  const found = (data?.items ?? []).map(({ id, name, code }) => ({
    value: id,
    label: name ? `${name} · ${code}` : code,
  }));
  const choices = chosen && !found.some(({ value }) => value === chosen.value) ? [chosen, ...found] : found;
  return (
    <Select
      {...props}
      searchable
      required
      nothingFoundMessage={t('clients.emptyFound')}
      data={choices}
      filter={({ options }) => options}
      onSearchChange={setWritten}
      onChange={(id) => {
        setChosen(choices.find(({ value }) => value === id));
        onChange(id);
      }}
    />
  );
}
