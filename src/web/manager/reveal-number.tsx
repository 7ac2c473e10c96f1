import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import Eye from 'lucide-react/icons/eye';
import { useId, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClientAnswer } from '../../contracts/clients.js';
import { API } from '../api/endpoints.js';
import { useMay } from '../api/me.js';
import { request, type RequestError } from '../api/request.js';
import { nameOf } from '../parts/call-parts.js';
import { ReasonField } from '../parts/reason.js';
import { useFieldTrouble, useTrouble } from '../parts/trouble.js';
import { Window } from '../parts/window.js';

/** Shows a client's number to those who may see it, for a reason. */
export function RevealNumber({ client }: { client: ClientAnswer }) {
  const { t } = useTranslation();
  const may = useMay();
  const [opened, { open, close }] = useDisclosure();
  if (!may('clients.reveal')) return null;
  return (
    <>
      <Button variant="default" leftSection={<Eye size={16} aria-hidden />} onClick={open}>
        {t('reveal.open')}
      </Button>
      {opened && <RevealWindow client={client} onClose={close} />}
    </>
  );
}

/**
 * The number is in this window and nowhere else: not among the kept answers, which outlive a window (hence no useChange).
 * It is gone when the window closes.
 */
function RevealWindow({ client, onClose }: { client: ClientAnswer; onClose: () => void }) {
  const { t } = useTranslation();
  const [number, setNumber] = useState<string>();
  const shownAs = useId();
  return (
    <Window onClose={onClose} title={t('reveal.of', { name: nameOf(client) })}>
      {number === undefined ? (
        <Asking clientId={client.id} onShown={setNumber} onClose={onClose} />
      ) : (
        <Stack>
          <Text id={shownAs} fz={28} fw={650} ta="center" className="figures">
            {number}
          </Text>
          <Text size="sm" c="dimmed">
            {t('reveal.once')}
          </Text>
          <Group justify="flex-end">
            {/* A reader of screens hears the number with the button. */}
            <Button onClick={onClose} autoFocus aria-describedby={shownAs}>
              {t('common.close')}
            </Button>
          </Group>
        </Stack>
      )}
    </Window>
  );
}

interface AskingProps {
  clientId: string;
  onShown: (number: string) => void;
  onClose: () => void;
}

function Asking({ clientId, onShown, onClose }: AskingProps) {
  const { t } = useTranslation();
  const words = useTrouble();
  const troubleAt = useFieldTrouble();
  const [reason, setReason] = useState('');
  const [error, setError] = useState<RequestError | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const ask = async () => {
    setIsAsking(true);
    setError(null);
    try {
      const { number } = await request(API.revealNumber, { params: { id: clientId }, input: { reason } });
      onShown(number);
    } catch (refusal) {
      setError(refusal as RequestError);
      setIsAsking(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void ask();
  };
  const atField = troubleAt(error, 'reason');
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm" c="dimmed">
          {t('reveal.hint')}
        </Text>
        <ReasonField
          label={t('reveal.why')}
          name="reason"
          data-autofocus
          value={reason}
          error={atField}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
        />
        {error && !atField && (
          <Alert color="red" variant="light" role="alert">
            {words(error)}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={isAsking}>
            {t('reveal.show')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
