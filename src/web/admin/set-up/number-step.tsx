import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { CompanyNumber, RingGroup } from '../../../contracts/provisioning.js';
import { API } from '../../api/endpoints.js';
import { request, type RequestError } from '../../api/request.js';
import { Trouble } from '../../parts/states.js';
import { useFieldTrouble } from '../../parts/trouble.js';

interface NumberStepProps {
  number: CompanyNumber | undefined;
  group: RingGroup | undefined;
  onDone: () => void;
}

/** The number that clients dial, and a group that answers it. */
export function NumberStep({ number, group, onDone }: NumberStepProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const troubleAt = useFieldTrouble();
  const [written, setWritten] = useState(number?.number ?? '');
  const [name, setName] = useState(number?.name ?? '');
  const save = useMutation<unknown, RequestError>({
    mutationFn: async () => {
      const fields = { number: written.replace(/[\s()-]/g, ''), name };
      const saved = number
        ? await request(API.changeNumber, { params: { id: number.id }, input: fields })
        : await request(API.createNumber, { input: fields });
      if (group) return;
      const made = await request(API.createGroup, { input: { name: t('setUp.everybody') } });
      await request(API.changeNumber, { params: { id: saved.id }, input: { groupId: made.id } });
    },
    // Also where only a part of it was done: the next try goes on from there.
    onSettled: () =>
      Promise.all(
        [API.numbers, API.groups].map(({ path }) => client.invalidateQueries({ queryKey: [path] })),
      ),
    onSuccess: onDone,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const fields = save.error?.fields ?? {};
  return (
    <form onSubmit={submit} noValidate>
      <Stack maw="26rem">
        <TextInput
          label={t('numbers.number')}
          description={t('numbers.numberHint')}
          inputMode="tel"
          required
          value={written}
          error={troubleAt(save.error, 'number')}
          onChange={(event) => setWritten(event.currentTarget.value)}
        />
        <TextInput
          label={t('common.name')}
          description={t('setUp.numberName')}
          required
          value={name}
          error={troubleAt(save.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {save.error && !fields['number'] && !fields['name'] && <Trouble error={save.error} />}
        <Group>
          <Button type="submit" loading={save.isPending}>
            {t('setUp.next')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
