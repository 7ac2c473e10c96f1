import {
  Alert,
  Button,
  Center,
  Group,
  Paper,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { API } from '../api/endpoints.js';
import { reading, useChange } from '../api/query.js';
import { useFieldTrouble, useTrouble } from '../parts/trouble.js';
import { LanguageSwitch, ThemeSwitch } from './switches.js';

/** For nobody signed in: the way in. */
export function SignIn() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const words = useTrouble();
  const troubleAt = useFieldTrouble();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useChange(API.signIn);
  useEffect(() => {
    document.title = `${t('signIn.title')} · ${t('app.name')}`;
  }, [t]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate(
      { input: { email, password } },
      {
        onSuccess: async () => {
          client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== API.me.path });
          await client.refetchQueries({ queryKey: reading(API.me).queryKey });
        },
      },
    );
  };
  const { error } = signIn;
  return (
    <Center mih="100dvh" p="md" component="main">
      <Stack w="100%" maw="24rem" gap="lg">
        <Stack gap={6} align="center">
          <img src="/icon.svg" width={56} height={56} alt="" />
          <Title order={1}>{t('app.name')}</Title>
          <Text c="dimmed" ta="center">
            {t('signIn.lead')}
          </Text>
        </Stack>
        <Paper p="xl" shadow="sm">
          <form onSubmit={submit}>
            <Stack>
              <TextInput
                label={t('signIn.email')}
                type="email"
                autoComplete="username"
                required
                withAsterisk={false}
                autoFocus
                value={email}
                error={troubleAt(error, 'email')}
                onChange={(event) => setEmail(event.currentTarget.value)}
              />
              <PasswordInput
                label={t('signIn.password')}
                autoComplete="current-password"
                visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
                required
                withAsterisk={false}
                value={password}
                error={troubleAt(error, 'password')}
                onChange={(event) => setPassword(event.currentTarget.value)}
              />
              {error && (
                <Alert color="red" variant="light" role="alert">
                  {error.status === 401 ? t('signIn.wrong') : words(error)}
                </Alert>
              )}
              <Button type="submit" loading={signIn.isPending} fullWidth>
                {t('signIn.submit')}
              </Button>
            </Stack>
          </form>
        </Paper>
        <Group justify="center">
          <LanguageSwitch />
          <ThemeSwitch />
        </Group>
      </Stack>
    </Center>
  );
}
