import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import Ear from 'lucide-react/icons/ear';
import Headphones from 'lucide-react/icons/headphones';
import LogOut from 'lucide-react/icons/log-out';
import MessageCircle from 'lucide-react/icons/message-circle';
import UsersRound from 'lucide-react/icons/users-round';
import { useTranslation } from 'react-i18next';
import type { LiveCallView, SupervisionMode } from '../../contracts/live.js';
import { API } from '../api/endpoints.js';
import { useMay, useMe } from '../api/me.js';
import { useChange } from '../api/query.js';
import { nameOf } from '../parts/call-parts.js';
import { phone } from '../phone/phone.js';
import { useComplaint } from '../parts/trouble.js';

const MODES = [
  { mode: 'listen', icon: Ear },
  { mode: 'whisper', icon: MessageCircle },
  { mode: 'barge', icon: UsersRound },
] as const satisfies readonly { mode: SupervisionMode; icon: unknown }[];

/** Listen, whisper, barge: the supervisor's own phone or browser rings, and he is in the call once he answers. */
export function Supervise({ call }: { call: LiveCallView }) {
  const { t } = useTranslation();
  const may = useMay();
  const { extension } = useMe();
  const complain = useComplaint();
  const begin = useChange(API.supervise);
  const change = useChange(API.changeSupervision);
  const end = useChange(API.endSupervision);
  const mine = call.supervisors.find((one) => one.extension.number === extension?.number);
  if (!extension || !may('calls.listen') || call.state === 'ringing') return null;
  const name = call.client ? nameOf(call.client) : t('client.unknown');
  const choose = (mode: SupervisionMode) => {
    if (mine) return change.mutate({ input: { mode } }, { onError: complain });
    const isHere = phone.expect(mode);
    begin.mutate(
      { params: { id: call.id }, input: { mode } },
      {
        onError: (error) => {
          phone.expect(null);
          complain(error);
        },
        onSuccess: () => isHere || notifications.show({ message: t('supervise.rings') }),
      },
    );
  };
  return (
    <Menu position="bottom-end" portalProps={{ target: '#content' }}>
      <Menu.Target>
        <Button
          size="xs"
          variant={mine ? 'filled' : 'default'}
          leftSection={<Headphones size={14} aria-hidden />}
          loading={begin.isPending || change.isPending}
          aria-label={t('supervise.call', { name })}
        >
          {t('supervise.join')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {MODES.filter(({ mode }) => may(`calls.${mode}`)).map(({ mode, icon: Icon }) => (
          <Menu.Item
            key={mode}
            leftSection={<Icon size={16} aria-hidden />}
            disabled={mine?.mode === mode}
            onClick={() => choose(mode)}
          >
            {t(`supervise.do.${mode}`)}
          </Menu.Item>
        ))}
        {mine && (
          <>
            <Menu.Divider />
            <Menu.Item
              leftSection={<LogOut size={16} aria-hidden />}
              onClick={() => end.mutate({}, { onError: complain })}
            >
              {t('supervise.leave')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
