import { ActionIcon, Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import Ear from 'lucide-react/icons/ear';
import Headphones from 'lucide-react/icons/headphones';
import LogOut from 'lucide-react/icons/log-out';
import MessageCircle from 'lucide-react/icons/message-circle';
import UsersRound from 'lucide-react/icons/users-round';
import { useTranslation } from 'react-i18next';
import type { Me } from '../../contracts/identity.js';
import type {
  LiveCallView,
  LiveExtensionView,
  SuperviseRequest,
  SupervisionMode,
} from '../../contracts/live.js';
import { API, type Endpoint } from '../api/endpoints.js';
import { useMay, useMe } from '../api/me.js';
import { useChange } from '../api/query.js';
import { useCallName } from '../parts/call-parts.js';
import { phone } from '../phone/phone.js';
import { useComplaint } from '../parts/trouble.js';

const MODES = [
  { mode: 'listen', icon: Ear },
  { mode: 'whisper', icon: MessageCircle },
  { mode: 'barge', icon: UsersRound },
] as const satisfies readonly { mode: SupervisionMode; icon: unknown }[];

/** The ways into a call: the supervisor's own phone or browser rings, and he is in the call once he answers. */
export function Supervise({ call }: { call: LiveCallView }) {
  const { t } = useTranslation();
  const { extension } = useMe();
  const nameOf = useCallName();
  if (call.state === 'ringing') return null;
  const name = nameOf(call);
  return (
    <Ways
      endpoint={API.supervise}
      id={call.id}
      mode={modeOf(call.supervisors, extension)}
      label={t('supervise.call', { name })}
      leave={t('supervise.leave')}
    />
  );
}

/** The same for each call of a manager, from one to the next, until the supervisor hangs up. */
export function Follow({ manager }: { manager: LiveExtensionView }) {
  const { t } = useTranslation();
  const { extension } = useMe();
  if (manager.id === extension?.id) return null;
  return (
    <Ways
      endpoint={API.followManager}
      id={manager.id}
      mode={modeOf(manager.followers, extension)}
      label={t('supervise.followOf', { name: manager.name })}
      leave={t('supervise.followNoMore')}
      brief
    />
  );
}

const modeOf = (
  supervisors: LiveCallView['supervisors'],
  own: Me['extension'],
): SupervisionMode | undefined => supervisors.find(({ extension }) => extension.number === own?.number)?.mode;

interface WaysProps {
  /** Begins it. */
  endpoint: Endpoint<void, SuperviseRequest>;
  id: string;
  /** How the person takes part now. */
  mode: SupervisionMode | undefined;
  label: string;
  leave: string;
  /** As an icon alone. */
  brief?: boolean;
}

/** Listen, whisper, barge, and the end of it. */
function Ways({ endpoint, id, mode: now, label, leave, brief = false }: WaysProps) {
  const { t } = useTranslation();
  const may = useMay();
  const { extension } = useMe();
  const complain = useComplaint();
  const begin = useChange(endpoint);
  const change = useChange(API.changeSupervision);
  const end = useChange(API.endSupervision);
  if (!extension || !may('calls.listen')) return null;
  const choose = (mode: SupervisionMode) => {
    if (now) return change.mutate({ input: { mode } }, { onError: complain });
    const isHere = phone.expect(mode);
    begin.mutate(
      { params: { id }, input: { mode } },
      {
        onError: (error) => {
          phone.expect(null);
          complain(error);
        },
        onSuccess: () => isHere || notifications.show({ message: t('supervise.rings') }),
      },
    );
  };
  const look = {
    'aria-label': label,
    variant: now ? 'filled' : 'default',
    loading: begin.isPending || change.isPending,
  };
  return (
    <Menu position="bottom-end" portalProps={{ target: '#content' }}>
      <Menu.Target>
        {brief ? (
          <ActionIcon size="lg" title={label} {...look}>
            <Headphones size={16} aria-hidden />
          </ActionIcon>
        ) : (
          <Button size="xs" leftSection={<Headphones size={14} aria-hidden />} {...look}>
            {t('supervise.join')}
          </Button>
        )}
      </Menu.Target>
      <Menu.Dropdown>
        {brief && <Menu.Label>{label}</Menu.Label>}
        {MODES.filter(({ mode }) => may(`calls.${mode}`)).map(({ mode, icon: Icon }) => (
          <Menu.Item
            key={mode}
            leftSection={<Icon size={16} aria-hidden />}
            disabled={now === mode}
            onClick={() => choose(mode)}
          >
            {t(`supervise.do.${mode}`)}
          </Menu.Item>
        ))}
        {now && (
          <>
            <Menu.Divider />
            <Menu.Item
              leftSection={<LogOut size={16} aria-hidden />}
              onClick={() => end.mutate({}, { onError: complain })}
            >
              {leave}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
