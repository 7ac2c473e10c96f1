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

/** A client of this code, where the person may see him. */
export function useClient(code: string): ClientAnswer | undefined {
  const isCode = /^\d{4,8}$/.test(code);
  const { data } = useQuery({
    ...reading(API.clients, { query: { code, limit: 1 } }),
    enabled: isCode,
    staleTime: 30_000,
  });
  return data?.items[0];
}

/** Who is at the other end: a client by name and code, a colleague, or the call that is listened to. */
export function Party({ call }: { call: PhoneCall }) {
  const { t } = useTranslation();
  const client = useClient(call.party);
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
          {[client.code, client.assignedExtension?.name].filter(Boolean).join(' · ')}
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
