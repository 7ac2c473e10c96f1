import { Alert, Button, Center, Paper, Skeleton, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { LucideIcon } from 'lucide-react';
import Inbox from 'lucide-react/icons/inbox';
import CloudOff from 'lucide-react/icons/cloud-off';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useTrouble } from './trouble.js';

interface EmptyProps {
  title: string;
  /** What to do so that there is something. */
  hint: ReactNode;
  icon?: LucideIcon;
  action?: ReactNode;
}

/** Stands where there is nothing yet. */
export function Empty({ title, hint, icon: Icon = Inbox, action }: EmptyProps) {
  return (
    <Paper p="xl">
      <Center>
        <Stack align="center" gap="xs" maw="30rem">
          <ThemeIcon size={56} radius="xl" variant="light">
            <Icon size={28} aria-hidden />
          </ThemeIcon>
          <Title order={2} ta="center">
            {title}
          </Title>
          <Text c="dimmed" ta="center">
            {hint}
          </Text>
          {action}
        </Stack>
      </Center>
    </Paper>
  );
}

/** Stands where something went wrong: what, and what to do next. */
export function Trouble({ error, again }: { error: unknown; again?: () => void }) {
  const { t } = useTranslation();
  const words = useTrouble();
  return (
    <Alert color="red" variant="light" title={t('error.title')} icon={<CloudOff aria-hidden />} role="alert">
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{words(error)}</Text>
        {again && (
          <Button size="xs" variant="default" onClick={again}>
            {t('error.again')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** Stands where an answer is awaited. */
export function Waiting({ rows = 4 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" role="status" aria-label={t('app.loading')}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={48} radius="md" />
      ))}
    </Stack>
  );
}
