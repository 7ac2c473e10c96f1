import { Text, Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Endpoint } from '../api/endpoints.js';
import { FormModal, useFields, type Change } from './form.js';

interface ReasonWindowProps<Answer, Input> {
  title: string;
  /** What is asked for. */
  question: string;
  /** What the button says. */
  action: string;
  endpoint: Endpoint<Answer, Input>;
  stale: readonly Endpoint<unknown, never>[];
  change: (reason: string) => Change<Input>;
  onDone: () => void;
}

/** Something that is done with a reason, which stays in the ledger. */
export function ReasonWindow<Answer, Input>({
  title,
  question,
  action,
  endpoint,
  stale,
  change,
  onDone,
}: ReasonWindowProps<Answer, Input>) {
  const { t } = useTranslation();
  const form = useFields(endpoint, stale, { reason: '' });
  return (
    <FormModal
      title={title}
      form={form}
      action={action}
      onClose={onDone}
      change={({ reason }) => change(reason)}
    >
      <Text size="sm" c="dimmed">
        {t('reason.hint')}
      </Text>
      <ReasonField label={question} data-autofocus {...form.field('reason')} />
    </FormModal>
  );
}

interface ReasonFieldProps {
  label: string;
  name: string;
  value: string;
  error: React.ReactNode;
  onChange: (given: { currentTarget: { value: string } }) => void;
  'data-autofocus'?: boolean;
}

export const ReasonField = (props: ReasonFieldProps) => <Textarea required autosize minRows={2} {...props} />;
