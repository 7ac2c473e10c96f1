import { Button, Group, Popover, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface SureProps {
  question: string;
  /** What the button says that does it. */
  action: string;
  /** Red where it takes something away. */
  color?: string;
  onSure: () => void;
  /** The button that asks first. */
  children: (ask: () => void) => ReactNode;
}

/** Something that is done after a second thought. */
export function Sure({ question, action, color = 'red.8', onSure, children }: SureProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <Popover
      opened={asking}
      onChange={setAsking}
      trapFocus
      withRoles={false}
      portalProps={{ target: '#content' }}
      position="bottom-end"
      shadow="md"
      width="max-content"
    >
      <Popover.Target>{children(() => setAsking(true))}</Popover.Target>
      <Popover.Dropdown maw="min(22rem, 90vw)">
        <Stack gap="xs" align="flex-start">
          <Text size="sm">{question}</Text>
          <Group gap="xs">
            <Button
              size="xs"
              color={color}
              onClick={() => {
                setAsking(false);
                onSure();
              }}
            >
              {action}
            </Button>
            <Button size="xs" variant="default" onClick={() => setAsking(false)}>
              {t('common.cancel')}
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
