import { NumberInput, type NumberInputProps } from '@mantine/core';

interface Props<Value> extends Omit<NumberInputProps, 'value' | 'onChange'> {
  value: Value;
  onChange: (value: Value) => void;
}

/** A number that must be there. Emptied it is NaN, which JSON writes as null: the server says that it is no number. */
export function NumberField({ value, onChange, ...props }: Props<number>) {
  return (
    <NumberInput
      {...props}
      value={Number.isNaN(value) ? '' : value}
      onChange={(given) => onChange(given === '' ? Number.NaN : Number(given))}
    />
  );
}

/** A number, or none: null. */
export function OptionalNumberField({ value, onChange, ...props }: Props<number | null>) {
  return (
    <NumberInput
      {...props}
      value={value ?? ''}
      onChange={(given) => onChange(given === '' ? null : Number(given))}
    />
  );
}
