import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Trunk } from '../../contracts/provisioning.js';
import type { TrunkTestView } from '../../contracts/trunk-test.js';
import { API } from '../api/endpoints.js';
import { useChange } from '../api/query.js';
import { useFieldTrouble, useTrouble } from '../parts/trouble.js';
import { Window } from '../parts/window.js';

interface TrunkTestProps {
  trunk: Trunk;
  /** Whether a number may be called; without one only the connection is looked at. */
  withCall?: boolean;
}

/** Tries a carrier out: its connection, and a short call. Says what the carrier answered and what to do. */
export function TrunkTest({ trunk, withCall = true }: TrunkTestProps) {
  const { t } = useTranslation();
  const words = useTrouble();
  const troubleAt = useFieldTrouble();
  const [number, setNumber] = useState('');
  const test = useChange(API.testTrunk, [API.trunkStates]);
  const params = { id: trunk.id };
  const call = (event: FormEvent) => {
    event.preventDefault();
    test.mutate({ params, input: { number: number.replace(/[\s()-]/g, '') } });
  };
  const calls = test.isPending && test.variables.input?.number;
  return (
    <Stack gap="sm">
      <Group>
        <Button
          variant="default"
          loading={test.isPending && !calls}
          onClick={() => test.mutate({ params, input: { number: null } })}
        >
          {t('trunkTest.look')}
        </Button>
      </Group>
      {withCall && (
        <form onSubmit={call} noValidate>
          <Group align="flex-start" gap="sm">
            <TextInput
              label={t('trunkTest.number')}
              description={t('trunkTest.numberHint')}
              placeholder="+79161234567"
              inputMode="tel"
              value={number}
              error={troubleAt(test.error, 'number')}
              onChange={(event) => setNumber(event.currentTarget.value)}
            />
            <Button type="submit" mt={46} loading={Boolean(calls)} disabled={number.trim() === ''}>
              {t('trunkTest.call')}
            </Button>
          </Group>
        </form>
      )}
      <div role="status">
        {calls ? (
          <Text size="sm" c="dimmed">
            {t('trunkTest.calling')}
          </Text>
        ) : (
          test.data && <Finding result={test.data} />
        )}
      </div>
      {test.error && !test.error.fields['number'] && (
        <Alert color="red" variant="light" role="alert">
          {words(test.error)}
        </Alert>
      )}
    </Stack>
  );
}

function Finding({ result }: { result: TrunkTestView }) {
  const { t } = useTranslation();
  const { works, finding, status, reason } = result;
  const said = [status, reason].filter(Boolean).join(' ');
  return (
    <Alert color={works ? 'pine' : 'red'} variant="light" title={t(`trunkTest.finding.${finding}`)}>
      <Text size="sm">{t(`trunkTest.advice.${finding}`)}</Text>
      {said && (
        <Text size="sm" c="dimmed" mt={4}>
          {t('trunkTest.said', { said })}
        </Text>
      )}
    </Alert>
  );
}

/** The same in a window of its own. */
export function TrunkTestModal({ trunk, onClose }: { trunk: Trunk; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Window onClose={onClose} title={t('trunkTest.of', { name: trunk.name })}>
      <TrunkTest trunk={trunk} />
    </Window>
  );
}
