import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';

const OFFERED_MS = 8_000;

/** @returns a function that tells what was done and offers to undo it, for a while */
export function useUndo(): (id: string, title: string, undo: () => void) => void {
  const { t } = useTranslation();
  return (id, title, undo) =>
    notifications.show({
      id,
      autoClose: OFFERED_MS,
      title,
      message: (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          {t('common.undo')}
        </Button>
      ),
    });
}
