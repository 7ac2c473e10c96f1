import { Badge, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import PhoneIncoming from 'lucide-react/icons/phone-incoming';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiveCallView, LiveExtensionView } from '../../contracts/live.js';
import { useLive, useNow } from '../api/live.js';
import { ClientName } from '../parts/call-parts.js';
import { durationOf, nameAndNumber, useFormat } from '../parts/format.js';
import { Page } from '../parts/page.js';
import { RecordingPause, RecordingPaused } from '../parts/recording-pause.js';
import { Empty } from '../parts/states.js';
import { Follow, Supervise } from './supervise.js';
import styles from './wall.module.css';

const isFree = ({ state, presence }: LiveExtensionView): boolean => state === 'free' && presence === 'here';

const STATES: Record<LiveCallView['state'], string> = { ringing: 'yellow', talking: 'blue', held: 'grape' };
const PEOPLE: Record<LiveExtensionView['state'], string> = {
  offline: 'gray',
  free: 'pine',
  ringing: 'yellow',
  talking: 'blue',
  supervising: 'grape',
};

/** All calls and all managers, as they are this moment. */
export default function Wall() {
  const { t } = useTranslation();
  const { calls, extensions, connected } = useLive();
  const count = (state: LiveCallView['state']) => calls.filter((call) => call.state === state).length;
  return (
    <Page
      title={t('wall.title')}
      lead={t('wall.lead')}
      actions={
        <Badge variant="dot" color={connected ? 'pine' : 'red'} size="lg" tt="none" role="status">
          {t(connected ? 'wall.live' : 'wall.lost')}
        </Badge>
      }
    >
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        <Figure name={t('wall.talking')} value={count('talking') + count('held')} />
        <Figure name={t('wall.ringing')} value={count('ringing')} />
        <Figure name={t('wall.free')} value={extensions.filter(isFree).length} />
        <Figure
          name={t('wall.offline')}
          value={extensions.filter(({ state }) => state === 'offline').length}
        />
      </SimpleGrid>
      <section aria-labelledby="wall-calls">
        <Title order={2} id="wall-calls" mb="sm">
          {t('wall.calls')}
        </Title>
        {calls.length === 0 ? (
          <Empty icon={PhoneIncoming} title={t('wall.noCalls')} hint={t('wall.noCallsHint')} />
        ) : (
          <ul className={styles.calls}>
            {calls.map((call) => (
              <WallCall key={call.id} call={call} />
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="wall-people">
        <Title order={2} id="wall-people" mb="sm">
          {t('wall.managers')}
        </Title>
        <ul className={styles.people}>
          {extensions.map((extension) => (
            <Manager key={extension.id} extension={extension} />
          ))}
        </ul>
      </section>
    </Page>
  );
}

function Figure({ name, value }: { name: string; value: number }) {
  return (
    <Paper p="md">
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Text fz={28} fw={650} lh={1.2} className="figures">
        {value}
      </Text>
    </Paper>
  );
}

const WallCall = memo(function WallCall({ call }: { call: LiveCallView }) {
  const { t } = useTranslation();
  const { state, manager, ringing, client, callerKind, caller, supervisors, direction } = call;
  const isTaken = manager !== null && manager.number !== caller?.number;
  return (
    <Paper component="li" p="md" className={styles.call} data-state={state}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        {caller ? (
          <Text fw={600}>{nameAndNumber(caller)}</Text>
        ) : (
          <ClientName client={client} kind={callerKind} />
        )}
        <Badge variant="light" color={STATES[state]} tt="none" flex="none">
          {t(state === 'held' ? 'wall.held' : `outcome.${state}`)}
        </Badge>
      </Group>
      <Text size="sm" className={styles.who}>
        {isTaken
          ? t('wall.with', { name: manager.name, number: manager.number })
          : ringing.length > 0
            ? t('wall.rings', { names: ringing.map(({ name }) => name).join(', ') })
            : t('wall.waits')}
      </Text>
      {supervisors.length > 0 && (
        <Text size="sm" c="dimmed">
          {supervisors
            .map(({ extension, mode }) => `${extension.name}: ${t(`supervise.${mode}`)}`)
            .join(' · ')}
        </Text>
      )}
      <RecordingPaused call={call} />
      <Group justify="space-between" mt="auto" pt="xs" wrap="nowrap">
        <Text size="sm" c="dimmed" className="figures">
          {t(`direction.${direction}`)} · <Since iso={call.answeredAt ?? call.startedAt} />
        </Text>
        <Group gap="xs" wrap="nowrap">
          <RecordingPause call={call} size={30} />
          <Supervise call={call} />
        </Group>
      </Group>
    </Paper>
  );
});

function Since({ iso }: { iso: string }) {
  return durationOf(useNow() - Date.parse(iso));
}

const Manager = memo(function Manager({ extension }: { extension: LiveExtensionView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { name, number, state, presence, backAt, followers } = extension;
  const isAway = presence === 'away';
  return (
    <Paper component="li" p="sm">
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Stack gap={0} miw={0}>
          <Text fw={550} truncate>
            {name}
          </Text>
          <Text size="sm" c="dimmed" className="figures">
            {number}
          </Text>
        </Stack>
        <Stack gap={4} align="flex-end" ml="auto">
          <Badge variant="light" color={isAway && state === 'free' ? 'gray' : PEOPLE[state]} tt="none">
            {isAway && state === 'free' ? t('presence.away') : t(`extension.${state}`)}
          </Badge>
          {isAway && (backAt !== null || state !== 'free') && (
            <Text size="xs" c="dimmed">
              {backAt ? t('presence.back', { time: format.moment(backAt) }) : t('presence.away')}
            </Text>
          )}
        </Stack>
        <Follow manager={extension} />
      </Group>
      {followers.map((follower) => (
        <Text key={follower.extension.number} size="sm" c="dimmed">
          {t(`supervise.follows.${follower.mode}`, { name: follower.extension.name })}
        </Text>
      ))}
    </Paper>
  );
});
