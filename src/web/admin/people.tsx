import { Badge, MultiSelect, PasswordInput, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import UserRound from 'lucide-react/icons/user-round';
import { useTranslation } from 'react-i18next';
import type { Person, Role } from '../../contracts/identity.js';
import { API } from '../api/endpoints.js';
import { reading } from '../api/query.js';
import { Administered } from '../parts/administered.js';
import { ExtensionSelect } from '../parts/extension-select.js';
import { FormModal, useFields } from '../parts/form.js';
import { Empty } from '../parts/states.js';
import { nameAndNumber } from '../parts/format.js';

const ROLES: readonly Role[] = ['manager', 'supervisor', 'admin'];
const COLOURS: Record<Role, string> = { manager: 'gray', supervisor: 'blue', admin: 'pine' };

/** Who signs in here, as what. */
export default function People() {
  const { t } = useTranslation();
  return (
    <Administered<Person>
      title={t('nav.people')}
      lead={t('people.lead')}
      create={t('people.create')}
      right="people.change"
      endpoint={API.people}
      removal={API.removePerson}
      stale={[]}
      nameOf={({ email }) => email}
      columns={[
        { name: 'email', label: t('signIn.email'), cell: ({ email }) => email },
        {
          name: 'role',
          label: t('people.role'),
          cell: ({ role }) => (
            <Badge variant="light" color={COLOURS[role]} tt="none">
              {t(`role.${role}`)}
            </Badge>
          ),
        },
        {
          name: 'extension',
          label: t('people.extension'),
          cell: ({ extension }) => extension && nameAndNumber(extension),
        },
      ]}
      empty={<Empty icon={UserRound} title={t('people.empty')} hint={t('people.lead')} />}
      form={(person, onDone) =>
        person ? <ChangedPerson person={person} onDone={onDone} /> : <NewPerson onDone={onDone} />
      }
    />
  );
}

export function NewPerson({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const form = useFields(API.createPerson, [API.people], {
    email: '',
    role: 'manager' as Role,
    extension: null as string | null,
    supervises: [] as string[],
    password: '',
  });
  return (
    <FormModal title={t('people.create')} form={form} onClose={onDone} change={(input) => ({ input })}>
      <TextInput label={t('signIn.email')} type="email" required data-autofocus {...form.field('email')} />
      <RoleSelect {...form.field('role')} />
      <ExtensionSelect
        label={t('people.extension')}
        description={t('people.extensionHint')}
        by="number"
        {...form.field('extension')}
      />
      {form.values.role === 'supervisor' && <Supervises {...form.field('supervises')} />}
      <Password label={t('signIn.password')} {...form.field('password')} />
    </FormModal>
  );
}

function ChangedPerson({ person, onDone }: { person: Person; onDone: () => void }) {
  const { t } = useTranslation();
  const form = useFields(API.changePerson, [API.people], {
    role: person.role,
    extension: person.extension?.number ?? null,
    supervises: person.supervises,
    password: '',
  });
  return (
    <FormModal
      title={person.email}
      form={form}
      onClose={onDone}
      change={({ password, ...input }) => ({
        params: { id: person.id },
        input: { ...input, ...(password && { password }) },
      })}
    >
      <RoleSelect {...form.field('role')} />
      <ExtensionSelect
        label={t('people.extension')}
        description={t('people.extensionHint')}
        by="number"
        {...form.field('extension')}
      />
      {form.values.role === 'supervisor' && <Supervises {...form.field('supervises')} />}
      <Password label={t('people.newPassword')} {...form.field('password')} />
    </FormModal>
  );
}

interface InputProps<Value, Given> {
  name: string;
  value: Value;
  error: React.ReactNode;
  onChange: (given: Given) => void;
}

function RoleSelect({ onChange, ...props }: InputProps<Role, Role>) {
  const { t } = useTranslation();
  return (
    <Select
      {...props}
      label={t('people.role')}
      allowDeselect={false}
      data={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
      onChange={(role) => role && onChange(role as Role)}
    />
  );
}

function Password(props: InputProps<string, { currentTarget: { value: string } }> & { label: string }) {
  const { t } = useTranslation();
  return (
    <PasswordInput
      {...props}
      description={t('people.passwordHint')}
      autoComplete="new-password"
      visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
    />
  );
}

function Supervises(props: InputProps<string[], string[]>) {
  const { t } = useTranslation();
  const { data: groups } = useQuery(reading(API.groups, { query: { limit: 200 } }));
  return (
    <MultiSelect
      {...props}
      label={t('people.supervises')}
      description={t('people.supervisesHint')}
      data={(groups?.items ?? []).map(({ id: value, name }) => ({ value, label: name }))}
    />
  );
}
