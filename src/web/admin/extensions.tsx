import { ActionIcon, Badge, NumberInput, Select, Switch, TextInput, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import QrCode from 'lucide-react/icons/qr-code';
import Smartphone from 'lucide-react/icons/smartphone';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Extension, ExtensionWithPassword } from '../../contracts/provisioning.js';
import { API } from '../api/endpoints.js';
import { reading } from '../api/query.js';
import { Administered } from '../parts/administered.js';
import { FormModal, useFields } from '../parts/form.js';
import { NumberField } from '../parts/number-field.js';
import { Empty } from '../parts/states.js';
import { SoftphoneCard } from './softphone-card.js';

const DEVICES_MS = 5_000;

/** The phones of the company: extensions, and what is registered on each. */
export default function Extensions() {
  const { t } = useTranslation();
  const [card, setCard] = useState<Extension | ExtensionWithPassword>();
  const devices = useQuery({ ...reading(API.devices), refetchInterval: DEVICES_MS });
  const registered = (number: string) =>
    devices.data?.items.filter(({ extension }) => extension.number === number).length ?? 0;
  return (
    <>
      <Administered<Extension>
        title={t('nav.extensions')}
        lead={t('extensions.lead')}
        create={t('extensions.create')}
        right="provisioning.change"
        endpoint={API.extensions}
        removal={API.removeExtension}
        stale={[API.groups, API.people]}
        nameOf={({ name, number }) => `${name} · ${number}`}
        columns={[
          { name: 'number', label: t('extensions.number'), cell: ({ number }) => number },
          { name: 'name', label: t('client.name'), cell: ({ name }) => name },
          {
            name: 'devices',
            label: t('extensions.devices'),
            cell: ({ number }) => (
              <Badge variant="light" color={registered(number) > 0 ? 'pine' : 'gray'} tt="none">
                {t('extensions.registered', { count: registered(number) })}
              </Badge>
            ),
          },
          { name: 'mobile', label: t('extensions.mobile'), cell: ({ mobile }) => mobile },
        ]}
        empty={<Empty icon={Smartphone} title={t('extensions.empty')} hint={t('extensions.emptyHint')} />}
        form={(extension, onDone) =>
          extension ? (
            <ChangedExtension extension={extension} onDone={onDone} />
          ) : (
            <NewExtension onDone={onDone} onCreated={setCard} />
          )
        }
        actions={(extension) => (
          <Tooltip label={t('softphone.title')}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={t('softphone.of', { name: extension.name })}
              onClick={() => setCard(extension)}
            >
              <QrCode size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
      />
      {card && <SoftphoneCard extension={card} onClose={() => setCard(undefined)} />}
    </>
  );
}

interface NewExtensionProps {
  onDone: () => void;
  onCreated: (extension: ExtensionWithPassword) => void;
}

export function NewExtension({ onDone, onCreated }: NewExtensionProps) {
  const { t } = useTranslation();
  const form = useFields(API.createExtension, [API.extensions], { number: '', name: '', mobile: '' });
  return (
    <FormModal
      title={t('extensions.create')}
      form={form}
      onClose={onDone}
      change={({ mobile, ...fields }) => ({ input: { ...fields, mobile: mobile.trim() || null } })}
      onSaved={(created) => {
        onDone();
        onCreated(created);
      }}
    >
      <TextInput
        label={t('extensions.number')}
        description={t('extensions.numberHint')}
        inputMode="numeric"
        required
        data-autofocus
        {...form.field('number')}
      />
      <TextInput label={t('client.name')} required {...form.field('name')} />
      <TextInput
        label={t('extensions.mobile')}
        description={t('extensions.mobileHint')}
        inputMode="tel"
        {...form.field('mobile')}
      />
    </FormModal>
  );
}

function ChangedExtension({ extension, onDone }: { extension: Extension; onDone: () => void }) {
  const { t } = useTranslation();
  const { number, name, maxDevices, mobileMode, mobileDelayS, dialsNumbers, language } = extension;
  const form = useFields(API.changeExtension, [API.extensions, API.devices], {
    number,
    name,
    maxDevices,
    mobile: '',
    hasMobile: extension.mobile !== null,
    mobileMode,
    mobileDelayS,
    dialsNumbers,
    language,
  });
  return (
    <FormModal
      title={`${name} · ${number}`}
      form={form}
      onClose={onDone}
      change={({ mobile, hasMobile, ...fields }) => ({
        params: { id: extension.id },
        input: {
          ...fields,
          // One that is known already stays where no other is written.
          ...(!hasMobile
            ? { mobile: null }
            : (mobile.trim() || !extension.mobile) && { mobile: mobile.trim() }),
        },
      })}
    >
      <TextInput label={t('extensions.number')} inputMode="numeric" {...form.field('number')} />
      <TextInput label={t('client.name')} data-autofocus {...form.field('name')} />
      <NumberInput
        label={t('extensions.maxDevices')}
        min={1}
        max={20}
        {...form.field('maxDevices')}
        onChange={(value) => form.set({ maxDevices: Number(value) })}
      />
      <Switch
        label={t('extensions.hasMobile')}
        checked={form.values.hasMobile}
        onChange={(event) => form.set({ hasMobile: event.currentTarget.checked })}
      />
      {form.values.hasMobile && (
        <>
          <TextInput
            label={t(extension.mobile ? 'extensions.newMobile' : 'extensions.mobile')}
            description={extension.mobile ?? t('extensions.mobileHint')}
            inputMode="tel"
            {...form.field('mobile')}
          />
          <Select
            label={t('extensions.mobileMode')}
            allowDeselect={false}
            data={(['with', 'after'] as const).map((value) => ({
              value,
              label: t(`extensions.mode.${value}`),
            }))}
            {...form.field('mobileMode')}
            onChange={(value) => form.set({ mobileMode: value as Extension['mobileMode'] })}
          />
        </>
      )}
      {form.values.hasMobile && form.values.mobileMode === 'after' && (
        <NumberField label={t('extensions.mobileDelayS')} min={0} max={120} {...form.field('mobileDelayS')} />
      )}
      <Switch
        label={t('extensions.dialsNumbers')}
        description={t('extensions.dialsNumbersHint')}
        checked={form.values.dialsNumbers}
        onChange={(event) => form.set({ dialsNumbers: event.currentTarget.checked })}
      />
      <Select
        label={t('extensions.language')}
        placeholder={t('extensions.companyLanguage')}
        clearable
        clearButtonProps={{ 'aria-label': t('extensions.companyLanguage') }}
        data={(['ru', 'en'] as const).map((value) => ({ value, label: t(`prompts.in.${value}`) }))}
        {...form.field('language')}
        onChange={(value) => form.set({ language: value as Extension['language'] })}
      />
    </FormModal>
  );
}
