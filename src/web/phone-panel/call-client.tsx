import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import Phone from 'lucide-react/icons/phone';
import { useTranslation } from 'react-i18next';
import { API } from '../api/endpoints.js';
import { useMay, useMe } from '../api/me.js';
import { useChange } from '../api/query.js';
import { nameOf } from '../parts/call-parts.js';
import { useComplaint } from '../parts/trouble.js';
import { phone } from '../phone/phone.js';

interface CallClientProps {
  client: { code: string; name: string | null };
}

/** Calls a client: the person's own phones ring first, then the client's. */
export function CallClient({ client }: CallClientProps) {
  const { t } = useTranslation();
  const may = useMay();
  const { extension } = useMe();
  const complain = useComplaint();
  const call = useChange(API.startCall, [API.calls]);
  if (!may('calls.make') || !extension) return null;
  const name = nameOf(client);
  const ring = () => {
    const isHere = phone.expect(client.code);
    call.mutate(
      { input: { clientCode: client.code, ...(isHere && { device: 'browser' }) } },
      {
        onError: (error) => {
          phone.expect(null);
          complain(error);
        },
        onSuccess: () =>
          isHere || notifications.show({ title: t('dial.begun', { name }), message: t('dial.begunHint') }),
      },
    );
  };
  return (
    <Button
      leftSection={<Phone size={16} aria-hidden />}
      aria-label={t('debts.callWith', { name })}
      loading={call.isPending}
      onClick={ring}
    >
      {t('debts.call')}
    </Button>
  );
}
