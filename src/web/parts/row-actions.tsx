import { ActionIcon, Group } from '@mantine/core';
import Pencil from 'lucide-react/icons/pencil';
import Trash2 from 'lucide-react/icons/trash-2';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Sure } from './sure.js';

interface RowActionsProps {
  name: string;
  onChange: () => void;
  /** Left out: it cannot be taken away. */
  onRemove?: (() => void) | undefined;
  more?: ReactNode;
}

/** Change, and delete after a second thought. */
export function RowActions({ name, onChange, onRemove, more }: RowActionsProps) {
  const { t } = useTranslation();
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      {more}
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={t('common.changeOf', { name })}
        onClick={onChange}
      >
        <Pencil size={16} aria-hidden />
      </ActionIcon>
      {onRemove && (
        <Sure question={t('common.removeSure', { name })} action={t('common.remove')} onSure={onRemove}>
          {(ask) => (
            <ActionIcon
              variant="subtle"
              color="red"
              size="lg"
              aria-label={t('common.removeOf', { name })}
              onClick={ask}
            >
              <Trash2 size={16} aria-hidden />
            </ActionIcon>
          )}
        </Sure>
      )}
    </Group>
  );
}
