import { Anchor, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ClientAnswer } from '../../contracts/clients.js';
import { supervisionModes } from './supervision-modes.js';
import { API } from '../api/endpoints.js';
import { useLive } from '../api/live.js';
import { reading } from '../api/query.js';
import type { PhoneCall } from './phone-state.js';

const AGAIN_MS = 1_500;

/** The client of a call, where the person may see him: one who calls for the first time, from the answer on. */
export function useClient({ party: code, state }: PhoneCall): ClientAnswer | undefined {
  const asked = reading(API.clients, { query: { code, limit: 1 } });
  const { data } = useQuery({
    ...asked,
    queryKey: [...asked.queryKey, state],
    enabled: /^[1-9]\d{4,9}$/.test(code),
    staleTime: 30_000,
    // That he was answered may still be on its way into the ledger.
    refetchInterval: ({ state: { data: found } }) => (found?.items.length === 0 ? AGAIN_MS : false),
  });
  return data?.items[0];
}

/** Who is at the other end: a client by name and code, a colleague, or the call that is listened to. */
export function Party({ call }: { call: PhoneCall }) {
  const { t } = useTranslation();
  const client = useClient(call);
  const { extensions } = useLive();
  const colleague = extensions.find(({ number }) => number === call.party);
  const mode = supervisionModes.find((one) => one === call.party);
  if (mode) return <Name name={call.name.replace(/^\w+: /, '')} detail={t(`supervise.do.${mode}`)} />;
  if (client) {
    return (
      <div>
        <Anchor component={Link} to={`/clients/${client.id}`} fw={650} size="lg" c="inherit">
          {client.name ?? t('clients.code', { code: client.code })}
        </Anchor>
        <Text size="sm" c="dimmed" className="figures">
          {[client.name && client.code, client.assignedExtension?.name].filter(Boolean).join(' · ')}
        </Text>
      </div>
    );
  }
  return <Name name={colleague?.name ?? call.name} detail={call.party === call.name ? '' : call.party} />;
}

function Name({ name, detail }: { name: string; detail: string }) {
  return (
    <div>
      <Text fw={650} size="lg">
        {name}
      </Text>
      <Text size="sm" c="dimmed" className="figures">
        {detail}
      </Text>
    </div>
  );
}
