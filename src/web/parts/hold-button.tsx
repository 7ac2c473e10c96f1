import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import Scale from 'lucide-react/icons/scale';
import { useTranslation } from 'react-i18next';
import type { HoldNew } from '../../contracts/recordings.js';
import { API } from '../api/endpoints.js';
import { useMay } from '../api/me.js';
import { ReasonWindow } from './reason.js';

interface HoldButtonProps {
  /** The call or the client whose recordings are not to be deleted. */
  of: Omit<HoldNew, 'reason'>;
  name: string;
}

/** Places a legal hold, for those who may. */
export function HoldButton({ of, name }: HoldButtonProps) {
  const { t } = useTranslation();
  const may = useMay();
  const [opened, { open, close }] = useDisclosure();
  if (!may('recordings.hold')) return null;
  return (
    <>
      <Button variant="default" leftSection={<Scale size={16} aria-hidden />} onClick={open}>
        {t('holds.hold')}
      </Button>
      {opened && (
        <ReasonWindow
          title={t('holds.of', { name })}
          question={t('holds.whyHold')}
          action={t('holds.place')}
          endpoint={API.placeHold}
          stale={[API.holds, API.recordings, API.recording]}
          change={(reason) => ({ input: { ...of, reason } })}
          onDone={close}
        />
      )}
    </>
  );
}
