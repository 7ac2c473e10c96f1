import { Alert, Button, Group, Paper, PasswordInput, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { API } from '../api/endpoints.js';
import { FormTrouble, useFields } from '../parts/form.js';
import { Page } from '../parts/page.js';

const EMPTY = { current: '', password: '' };

/** One's own password. With a new one, every other sign-in ends. */
export default function Password() {
  const { t } = useTranslation();
  const form = useFields(API.changePassword, [], EMPTY);
  const [again, setAgain] = useState('');
  const [differs, setDiffers] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setDiffers(again !== form.values.password);
    if (again !== form.values.password) return;
    form.save({ input: form.values }, () => {
      form.set(EMPTY);
      setAgain('');
      notifications.show({ message: t('password.changed') });
    });
  };
  const show = { visibilityToggleButtonProps: { 'aria-label': t('signIn.show') } };
  return (
    <Page title={t('password.title')} lead={t('password.lead')}>
      <Paper p="lg" maw="28rem">
        <form onSubmit={submit} noValidate>
          <Stack>
            <PasswordInput
              label={t('password.current')}
              autoComplete="current-password"
              required
              {...show}
              {...form.field('current')}
            />
            <PasswordInput
              label={t('people.newPassword')}
              description={t('people.passwordHint')}
              autoComplete="new-password"
              required
              {...show}
              {...form.field('password')}
            />
            <PasswordInput
              label={t('password.again')}
              autoComplete="new-password"
              required
              {...show}
              value={again}
              error={differs && t('password.differs')}
              onChange={(event) => setAgain(event.currentTarget.value)}
            />
            <Alert color="yellow" variant="light">
              {t('password.elsewhere')}
            </Alert>
            <FormTrouble form={form} />
            <Group justify="flex-end">
              <Button type="submit" loading={form.saving}>
                {t('password.change')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Paper>
    </Page>
  );
}
