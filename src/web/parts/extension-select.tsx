import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { API } from '../api/endpoints.js';
import { reading } from '../api/query.js';
import { nameAndNumber } from './format.js';

const MOST = 200;

interface ExtensionSelectProps {
  label: string;
  description?: string;
  /** What the value is: an extension's id, or its number. */
  by: 'id' | 'number';
  value: string | null;
  error?: ReactNode;
  onChange: (value: string | null) => void;
}

/** One of the company's extensions, or none. */
export function ExtensionSelect({ by, ...props }: ExtensionSelectProps) {
  const { data } = useQuery(reading(API.extensions, { query: { limit: MOST } }));
  return (
    <Select
      {...props}
      clearable
      searchable
      data={(data?.items ?? []).map((one) => ({ value: one[by], label: nameAndNumber(one) }))}
    />
  );
}
