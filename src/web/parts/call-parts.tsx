import { Badge, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CallView } from '../../contracts/calls.js';
import type { LiveCallView } from '../../contracts/live.js';
import { between, durationOf, nameAndNumber } from './format.js';
import { RowLink } from './rows.js';

type State = NonNullable<CallView['outcome']> | 'ringing' | 'talking';

const COLOURS: Record<State, string> = {
  answered: 'pine',
  missed: 'red',
  abandoned: 'orange',
  refused: 'gray',
  unreached: 'orange',
  ringing: 'yellow',
  talking: 'blue',
};

/** What has become of a call so far. */
export const stateOf = (call: Pick<CallView, 'outcome' | 'answeredAt'>): State =>
  call.outcome ?? (call.answeredAt ? 'talking' : 'ringing');

export function Outcome({ call }: { call: Pick<CallView, 'outcome' | 'answeredAt'> }) {
  const { t } = useTranslation();
  const state = stateOf(call);
  return (
    <Badge variant="light" color={COLOURS[state]} tt="none" fw={600}>
      {t(`outcome.${state}`)}
    </Badge>
  );
}

interface ClientNameProps {
  client: CallView['client'];
  kind?: CallView['callerKind'];
  direction?: CallView['direction'];
  colleague?: CallView['colleague'];
}

/** A client by name and code, a link to his card; where colleagues talk, the one who was called. */
export function ClientName({ client, kind = 'number', direction, colleague }: ClientNameProps) {
  const { t } = useTranslation();
  if (colleague) return <Text span>{nameAndNumber(colleague)}</Text>;
  if (!client) {
    const nobody = direction === 'internal' ? 'colleague' : kind === 'number' ? 'unknown' : kind;
    return <Text c="dimmed">{t(`client.${nobody}`)}</Text>;
  }
  return (
    <Group gap="0 8px" display="inline-flex" align="baseline">
      <RowLink to={`/clients/${client.id}`}>{client.name ?? client.code}</RowLink>
      {client.name && (
        <Text span c="dimmed" size="sm">
          {client.code}
        </Text>
      )}
    </Group>
  );
}

export const talkedFor = ({ answeredAt, endedAt }: Pick<CallView, 'answeredAt' | 'endedAt'>): string =>
  answeredAt && endedAt ? durationOf(between(answeredAt, endedAt)) : '';

/** @returns a function that says whose call it is that goes on: a client's, or a colleague's */
export function useCallName(): (call: Pick<LiveCallView, 'client' | 'caller'>) => string {
  const { t } = useTranslation();
  return ({ client, caller }) => (client ? nameOf(client) : (caller?.name ?? t('client.unknown')));
}

export const nameOf = (client: { name: string | null; code: string }): string => client.name ?? client.code;
