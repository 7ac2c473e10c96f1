import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ClientAnswer } from '../../contracts/clients.js';
import { API } from '../api/endpoints.js';
import { FormModal, useFields } from '../parts/form.js';
import { ExtensionSelect } from '../parts/extension-select.js';

export function ClientForm({ client, onDone }: { client: ClientAnswer; onDone: () => void }) {
  const { t } = useTranslation();
  const form = useFields(API.changeClient, [API.client, API.clients, API.calls, API.followUps], {
    name: client.name ?? '',
    assignedExtension: client.assignedExtension?.number ?? null,
  });
  return (
    <FormModal
      title={t('clients.change')}
      form={form}
      onClose={onDone}
      change={({ name, assignedExtension }) => ({
        params: { id: client.id },
        input: { name: name.trim() === '' ? null : name, assignedExtension },
      })}
    >
      <TextInput label={t('client.name')} data-autofocus {...form.field('name')} />
      <ExtensionSelect label={t('clients.manager')} by="number" {...form.field('assignedExtension')} />
    </FormModal>
  );
}
