import { Badge, Group, Paper, SimpleGrid, Text, ThemeIcon } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Check from 'lucide-react/icons/check';
import X from 'lucide-react/icons/x';
import { useTranslation } from 'react-i18next';
import { useMay } from '../api/me.js';
import { useNames } from '../i18n/names.js';
import { Page } from '../parts/page.js';
import { useSaid } from '../parts/said.js';
import { Trouble, Waiting } from '../parts/states.js';
import { MediaServers } from './media-servers.js';

const REFRESH_MS = 5_000;

interface Health {
  status: 'up' | 'down';
  parts: Record<string, { up: boolean; detail?: string }>;
}

/** Outside of /api: what load balancers ask. 503 is an answer too. */
const readHealth = async ({ signal }: { signal: AbortSignal }): Promise<Health> =>
  (
    await fetch('/health/ready', { signal, headers: { Accept: 'application/json' } })
  ).json() as Promise<Health>;

/** Every part of the installation, and what is wrong with it. */
export default function HealthPage() {
  const { t } = useTranslation();
  const may = useMay();
  const health = useQuery({ queryKey: ['health'], queryFn: readHealth, refetchInterval: REFRESH_MS });
  const nameOf = useNames('health.part');
  const said = useSaid();
  const up = health.data?.status === 'up';
  return (
    <Page
      title={t('nav.health')}
      lead={t('health.lead')}
      actions={
        health.data && (
          <Badge size="lg" variant="dot" color={up ? 'pine' : 'red'} tt="none" role="status">
            {t(up ? 'health.allUp' : 'health.someDown')}
          </Badge>
        )
      }
    >
      {health.error && <Trouble error={health.error} again={() => void health.refetch()} />}
      {health.isPending && <Waiting rows={2} />}
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {Object.entries(health.data?.parts ?? {}).map(([name, part]) => (
          <Paper key={name} p="md" component="li">
            <Group wrap="nowrap">
              <ThemeIcon color={part.up ? 'pine' : 'red'} variant="light" radius="xl" size="lg">
                {part.up ? <Check size={18} aria-hidden /> : <X size={18} aria-hidden />}
              </ThemeIcon>
              <div>
                <Text fw={550}>{nameOf(name)}</Text>
                <Text size="sm" c="dimmed">
                  {part.detail ? said(part.detail) : t(part.up ? 'health.up' : 'health.down')}
                </Text>
              </div>
            </Group>
          </Paper>
        ))}
      </SimpleGrid>
      {may('media-servers.read') && <MediaServers />}
    </Page>
  );
}
