import { Button, Fieldset, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useId, type FormEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../api/me.js';
import { FormTrouble, type Change, type Fields } from './form.js';

interface SettingsProps<Values, Answer, Input> {
  form: Fields<Values, Answer, Input>;
  change: (values: Values) => Change<Input>;
  /** Takes over what the server made of it. */
  onSaved?: (answer: Answer) => void;
  children: ReactNode;
}

/** Settings that stand on a page and are saved together; to be read alone by who may not change the set-up. */
export function Settings<Values extends object, Answer, Input>({
  form,
  change,
  onSaved,
  children,
}: SettingsProps<Values, Answer, Input>) {
  const { t } = useTranslation();
  const mayChange = useMay()('provisioning.change');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    form.save(change(form.values), (answer) => {
      notifications.show({ message: t('common.saved'), autoClose: 2500 });
      onSaved?.(answer);
    });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Fieldset variant="unstyled" disabled={!mayChange}>
        <Stack gap="lg">
          {children}
          <FormTrouble form={form} />
          {mayChange && (
            <Group>
              <Button type="submit" loading={form.saving}>
                {t('common.save')}
              </Button>
            </Group>
          )}
        </Stack>
      </Fieldset>
    </form>
  );
}

/** Settings that belong together. */
export function SettingsPart({
  title,
  hint,
  children,
}: {
  title: string;
  hint?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <Paper p="lg" component="section" aria-labelledby={id}>
      <Title order={2} id={id}>
        {title}
      </Title>
      {hint && (
        <Text c="dimmed" size="sm" maw="48rem">
          {hint}
        </Text>
      )}
      <Stack mt="md" maw="30rem">
        {children}
      </Stack>
    </Paper>
  );
}
