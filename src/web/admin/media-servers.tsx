import { Badge, Button, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { MediaServerView } from '../../contracts/media-servers.js';
import { API } from '../api/endpoints.js';
import { useMay } from '../api/me.js';
import { reading, useChange } from '../api/query.js';
import { Rows, type Column } from '../parts/rows.js';
import { Trouble, Waiting } from '../parts/states.js';
import { Sure } from '../parts/sure.js';
import { useComplaint } from '../parts/trouble.js';

const REFRESH_MS = 5_000;
const COLOURS: Record<MediaServerView['health'], string> = { up: 'pine', sick: 'yellow', down: 'red' };

/** The media servers with what is on each; one is drained before it is stopped. */
export function MediaServers() {
  const { t } = useTranslation();
  const may = useMay();
  const servers = useQuery({ ...reading(API.mediaServers), refetchInterval: REFRESH_MS });
  const actions: Column<MediaServerView> = {
    name: 'actions',
    label: t('common.actions'),
    hiddenLabel: true,
    align: 'right',
    cell: (server) => <DrainOrResume server={server} />,
  };
  const columns: Column<MediaServerView>[] = [
    { name: 'name', label: t('health.server'), cell: ({ name }) => name },
    { name: 'health', label: t('trunks.state'), cell: (server) => <State server={server} /> },
    { name: 'legs', label: t('health.legs'), align: 'right', cell: ({ legs }) => String(legs) },
    {
      name: 'channels',
      label: t('health.channels'),
      align: 'right',
      cell: ({ channels }) => String(channels ?? '–'),
    },
    ...(may('media-servers.change') ? [actions] : []),
  ];
  return (
    <section>
      <Title order={2}>{t('health.servers')}</Title>
      <Text c="dimmed" size="sm" mb="sm">
        {t('health.drainHint')}
      </Text>
      {servers.error && <Trouble error={servers.error} again={() => void servers.refetch()} />}
      {servers.isPending && <Waiting rows={1} />}
      {servers.data && (
        <Rows
          label={t('health.servers')}
          columns={columns}
          items={servers.data.items}
          keyOf={({ name }) => name}
        />
      )}
    </section>
  );
}

function State({ server: { health, draining, channels } }: { server: MediaServerView }) {
  const { t } = useTranslation();
  const [colour, words] =
    draining && channels === 0
      ? (['blue', 'health.drained'] as const)
      : draining
        ? (['yellow', 'health.draining'] as const)
        : ([COLOURS[health], `health.is.${health}`] as const);
  return (
    <Badge variant="light" color={colour} tt="none">
      {t(words)}
    </Badge>
  );
}

function DrainOrResume({ server: { name, draining } }: { server: MediaServerView }) {
  const { t } = useTranslation();
  const complain = useComplaint();
  const drain = useChange(API.drainMediaServer, [API.mediaServers]);
  const resume = useChange(API.resumeMediaServer, [API.mediaServers]);
  const change = (how: typeof drain, done: string) =>
    how.mutate(
      { params: { name } },
      { onError: complain, onSuccess: () => notifications.show({ message: done }) },
    );
  const look = { size: 'xs', variant: 'default', loading: drain.isPending || resume.isPending } as const;
  if (draining) {
    return (
      <Button
        {...look}
        aria-label={t('health.resumeOf', { name })}
        onClick={() => change(resume, t('health.resumed', { name }))}
      >
        {t('health.resume')}
      </Button>
    );
  }
  return (
    <Sure
      question={t('health.drainSure', { name })}
      action={t('health.drain')}
      color="pine"
      onSure={() => change(drain, t('health.drains', { name }))}
    >
      {(ask) => (
        <Button {...look} aria-label={t('health.drainOf', { name })} onClick={ask}>
          {t('health.drain')}
        </Button>
      )}
    </Sure>
  );
}
