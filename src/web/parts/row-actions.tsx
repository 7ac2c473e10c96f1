import { ActionIcon, Button, Group, Popover, Stack, Text } from '@mantine/core';
import Pencil from 'lucide-react/icons/pencil';
import Trash2 from 'lucide-react/icons/trash-2';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

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
  const [asking, setAsking] = useState(false);
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
        <Popover
          opened={asking}
          onChange={setAsking}
          trapFocus
          withRoles={false}
          position="bottom-end"
          shadow="md"
        >
          <Popover.Target>
            <ActionIcon
              variant="subtle"
              color="red"
              size="lg"
              aria-label={t('common.removeOf', { name })}
              onClick={() => setAsking(true)}
            >
              <Trash2 size={16} aria-hidden />
            </ActionIcon>
          </Popover.Target>
          <Popover.Dropdown>
            <Stack gap="xs" align="flex-start">
              <Text size="sm">{t('common.removeSure', { name })}</Text>
              <Group gap="xs">
                <Button
                  size="xs"
                  color="red"
                  onClick={() => {
                    setAsking(false);
                    onRemove();
                  }}
                >
                  {t('common.remove')}
                </Button>
                <Button size="xs" variant="default" onClick={() => setAsking(false)}>
                  {t('common.cancel')}
                </Button>
              </Group>
            </Stack>
          </Popover.Dropdown>
        </Popover>
      )}
    </Group>
  );
}
