import { Alert, Button, Group, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Endpoint } from '../api/endpoints.js';
import { useChange } from '../api/query.js';
import type { RequestError } from '../api/request.js';
import { useFieldTrouble, useTrouble } from './trouble.js';
import { Window } from './window.js';

export interface Change<Input> {
  params?: Record<string, string>;
  input?: Input;
}

export interface Fields<Values, Answer, Input> {
  values: Values;
  set: (change: Partial<Values>) => void;
  /** What an input of a field needs: its value, its change, and what the server says of it. */
  field: <Name extends keyof Values & string>(name: Name) => FieldProps<Values[Name]>;
  save: (change: Change<Input>, done: (answer: Answer) => void) => void;
  saving: boolean;
  error: RequestError | null;
}

interface FieldProps<Value> {
  name: string;
  value: Value;
  error: ReactNode;
  onChange: (given: Value | { currentTarget: { value: string } }) => void;
}

/** The fields of a form that is saved with one change; refusals of the server appear at their fields. */
export function useFields<Values extends object, Answer, Input>(
  endpoint: Endpoint<Answer, Input>,
  stale: readonly Endpoint<unknown, never>[],
  initial: Values,
): Fields<Values, Answer, Input> {
  const [values, setValues] = useState(initial);
  const change = useChange(endpoint, stale);
  const troubleAt = useFieldTrouble();
  const set = (some: Partial<Values>) => setValues((before) => ({ ...before, ...some }));
  return {
    values,
    set,
    field: (name) => ({
      name,
      value: values[name],
      error: troubleAt(change.error, name),
      onChange: (given) =>
        set({ [name]: isEvent(given) ? given.currentTarget.value : given } as unknown as Partial<Values>),
    }),
    save: (what, done) => change.mutate(what, { onSuccess: done }),
    saving: change.isPending,
    error: change.error,
  };
}

const isEvent = (given: unknown): given is { currentTarget: { value: string } } =>
  typeof given === 'object' && given !== null && 'currentTarget' in given;

interface FormModalProps<Values, Answer, Input> {
  title: string;
  form: Fields<Values, Answer, Input>;
  change: (values: Values) => Change<Input>;
  onClose: () => void;
  /** What the button says, where it does more than save. */
  action?: string;
  /** In place of closing. */
  onSaved?: (answer: Answer) => void;
  children: ReactNode;
}

/** A form in a window of its own. */
export function FormModal<Values extends object, Answer, Input>({
  title,
  form,
  change,
  onClose,
  action,
  onSaved,
  children,
}: FormModalProps<Values, Answer, Input>) {
  const { t } = useTranslation();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    form.save(change(form.values), (answer) => {
      if (onSaved) return onSaved(answer);
      notifications.show({ message: t('common.saved'), autoClose: 2500 });
      onClose();
    });
  };
  return (
    <Window onClose={onClose} title={title}>
      <form onSubmit={submit} noValidate>
        <Stack>
          {children}
          <FormTrouble form={form} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={form.saving}>
              {action ?? t('common.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Window>
  );
}

/** What the server says that belongs to no field of the form. */
export function FormTrouble<Values extends object>({
  form,
}: {
  form: Fields<Values, never, never> | Fields<Values, unknown, never>;
}) {
  const words = useTrouble();
  const { error, values } = form;
  if (!error) return null;
  const known = Object.keys(error.fields).some((field) => (field.split('.')[0] as string) in values);
  return known ? null : (
    <Alert color="red" variant="light" role="alert">
      {words(error)}
    </Alert>
  );
}
