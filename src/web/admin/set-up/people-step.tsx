import { Alert, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Role } from '../../../contracts/identity.js';
import type { Extension, ExtensionWithPassword, RingGroup } from '../../../contracts/provisioning.js';
import { API } from '../../api/endpoints.js';
import { reading } from '../../api/query.js';
import { request, type RequestError } from '../../api/request.js';
import { Trouble } from '../../parts/states.js';
import { useFieldTrouble } from '../../parts/trouble.js';
import { SoftphoneCard } from '../softphone-card.js';

const MOST = { query: { limit: 200 } };
const LISTS = [API.people, API.extensions, API.groups];
const FIRST_EXTENSION = 101;
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** One person after another: account, extension, place in the group; each with the settings of a softphone. */
export function PeopleStep({ group }: { group: RingGroup | undefined }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const troubleAt = useFieldTrouble();
  const { data: extensions } = useQuery(reading(API.extensions, MOST));
  const [values, setValues] = useState({ name: '', email: '', role: 'manager' as Role });
  const [password, setPassword] = useState(newPassword);
  const [made, setMade] = useState<{ extension: Extension; email: string; password: string }>();
  const [showsCard, setShowsCard] = useState(false);
  const add = useMutation<Extension | ExtensionWithPassword, RequestError>({
    mutationFn: async () => {
      const { name, email, role } = values;
      // One that an earlier try left is taken: its name tells.
      const known = extensions?.items.find((one) => one.name === name && !group?.memberIds.includes(one.id));
      const extension =
        known ??
        (await request(API.createExtension, { input: { number: freeNumber(extensions?.items), name } }));
      await request(API.createPerson, {
        input: { email, role, password, extension: extension.number, supervises: [] },
      });
      if (group) {
        const input = { memberIds: [...group.memberIds, extension.id] };
        await request(API.changeGroup, { params: { id: group.id }, input });
      }
      return extension;
    },
    onSettled: () => Promise.all(LISTS.map(({ path }) => client.invalidateQueries({ queryKey: [path] }))),
    onSuccess: (extension) => {
      setMade({ extension, email: values.email, password });
      setShowsCard(true);
      setValues({ name: '', email: '', role: 'manager' });
      setPassword(newPassword());
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const fields = add.error?.fields ?? {};
  const input = (field: 'name' | 'email') => ({
    value: values[field],
    error: troubleAt(add.error, field),
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setValues((before) => ({ ...before, [field]: value }));
    },
  });
  if (!group) return <Text>{t('setUp.numberFirst')}</Text>;
  return (
    <>
      {made && (
        <Alert color="pine" variant="light" title={t('setUp.added', { name: made.extension.name })}>
          <Text size="sm">{t('setUp.tell', { email: made.email, password: made.password })}</Text>
          <Button size="xs" variant="default" mt="xs" onClick={() => setShowsCard(true)}>
            {t('softphone.title')}
          </Button>
        </Alert>
      )}
      <form onSubmit={submit} noValidate>
        <Stack maw="26rem">
          <TextInput label={t('client.name')} required {...input('name')} />
          <TextInput label={t('signIn.email')} type="email" required {...input('email')} />
          <Select
            label={t('people.role')}
            allowDeselect={false}
            data={(['manager', 'supervisor'] as const).map((value) => ({ value, label: t(`role.${value}`) }))}
            value={values.role}
            onChange={(role) => setValues((before) => ({ ...before, role: role as Role }))}
          />
          <TextInput
            label={t('signIn.password')}
            description={t('setUp.passwordHint')}
            required
            autoComplete="off"
            value={password}
            error={troubleAt(add.error, 'password')}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {add.error && Object.keys(fields).length === 0 && <Trouble error={add.error} />}
          <Group>
            <Button type="submit" loading={add.isPending}>
              {t('setUp.add')}
            </Button>
          </Group>
        </Stack>
      </form>
      {made && showsCard && <SoftphoneCard extension={made.extension} onClose={() => setShowsCard(false)} />}
    </>
  );
}

function freeNumber(extensions: readonly Extension[] | undefined): string {
  const taken = new Set(extensions?.map(({ number }) => number));
  let number = FIRST_EXTENSION;
  while (taken.has(String(number))) number += 1;
  return String(number);
}

/** 16 letters and digits that are not mistaken for each other. */
function newPassword(): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return [...random].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
