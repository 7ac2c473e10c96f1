import { Badge, Button, FileInput, Group, SegmentedControl, Select, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Megaphone from 'lucide-react/icons/megaphone';
import Play from 'lucide-react/icons/play';
import Upload from 'lucide-react/icons/upload';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { notifications } from '@mantine/notifications';
import type { PromptLanguage, PromptView } from '../../contracts/prompts.js';
import { API } from '../api/endpoints.js';
import { useMay } from '../api/me.js';
import { reading, useChange } from '../api/query.js';
import { urlOf } from '../api/request.js';
import { FormModal, useFields } from '../parts/form.js';
import { durationOf } from '../parts/format.js';
import { Page } from '../parts/page.js';
import { RowActions } from '../parts/row-actions.js';
import { Rows, type Column } from '../parts/rows.js';
import { Empty, Trouble, Waiting } from '../parts/states.js';
import { useComplaint } from '../parts/trouble.js';
import { isPart } from './prompt-parts.js';
import styles from './prompts.module.css';

const keyOf = ({ language, name }: PromptView) => `${language}/${name}`;

/** What callers are told: listen, upload, take away. */
export default function Prompts() {
  const { t, i18n } = useTranslation();
  const may = useMay();
  const complain = useComplaint();
  const { data, error, refetch } = useQuery(reading(API.prompts));
  const [uploading, setUploading] = useState<{ prompt?: PromptView }>();
  const remove = useChange(API.removePrompt, [API.prompts]);
  const takeAway = (prompt: PromptView) =>
    remove.mutate(
      { params: { language: prompt.language, name: prompt.name } },
      {
        onError: complain,
        onSuccess: () => notifications.show({ message: t('common.removed', { name: prompt.name }) }),
      },
    );
  const [language, setLanguage] = useState(i18n.language as PromptLanguage);
  const [withParts, setWithParts] = useState(false);
  const shown = data?.items.filter(
    (prompt) => prompt.own || (prompt.language === language && (withParts || !isPart(prompt))),
  );
  const mayChange = may('provisioning.change');
  const columns: Column<PromptView>[] = [
    { name: 'name', label: t('client.name'), cell: ({ name }) => name },
    { name: 'language', label: t('app.language'), cell: ({ language }) => t(`prompts.in.${language}`) },
    {
      name: 'own',
      label: t('prompts.from'),
      cell: ({ own }) => (
        <Badge variant="light" color={own ? 'pine' : 'gray'} tt="none">
          {t(own ? 'prompts.own' : 'prompts.product')}
        </Badge>
      ),
    },
    { name: 'greets', label: t('prompts.greets'), cell: ({ greets }) => greets.join(', ') || '–' },
    {
      name: 'listen',
      label: t('call.listen'),
      cell: (prompt) => <Listen prompt={prompt} />,
    },
    ...(mayChange
      ? [
          {
            name: 'actions',
            label: t('common.actions'),
            hiddenLabel: true,
            align: 'right' as const,
            cell: (prompt: PromptView) => (
              <RowActions
                name={prompt.name}
                onChange={() => setUploading({ prompt })}
                onRemove={prompt.own ? () => takeAway(prompt) : undefined}
              />
            ),
          },
        ]
      : []),
  ];
  return (
    <Page
      title={t('nav.prompts')}
      lead={t('prompts.lead')}
      actions={
        mayChange && (
          <Button leftSection={<Upload size={16} aria-hidden />} onClick={() => setUploading({})}>
            {t('prompts.upload')}
          </Button>
        )
      }
    >
      <Group>
        <SegmentedControl
          aria-label={t('app.language')}
          value={language}
          onChange={(value) => setLanguage(value as PromptLanguage)}
          data={(['ru', 'en'] as const).map((value) => ({ value, label: t(`prompts.in.${value}`) }))}
        />
        <Switch
          label={t('prompts.parts')}
          checked={withParts}
          onChange={(event) => setWithParts(event.currentTarget.checked)}
        />
      </Group>
      {error ? (
        <Trouble error={error} again={() => void refetch()} />
      ) : !shown ? (
        <Waiting />
      ) : shown.length === 0 ? (
        <Empty icon={Megaphone} title={t('prompts.empty')} hint={t('prompts.emptyHint')} />
      ) : (
        <Rows label={t('nav.prompts')} columns={columns} items={shown} keyOf={keyOf} />
      )}
      {uploading && <UploadForm prompt={uploading.prompt} onDone={() => setUploading(undefined)} />}
    </Page>
  );
}

/** Loaded when it is first asked for: a page of players would load every sound at once. */
function Listen({ prompt }: { prompt: PromptView }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const { language, name, durationMs } = prompt;
  const length = durationOf(durationMs);
  // What is seen has to be the beginning of what is said (WCAG 2.5.3).
  const label = `${length} · ${t('call.listen')}: ${name}, ${t(`prompts.in.${language}`)}`;
  if (!opened) {
    return (
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<Play size={12} aria-hidden />}
        aria-label={label}
        onClick={() => setOpened(true)}
      >
        {length}
      </Button>
    );
  }
  const source = urlOf(`${API.putPrompt.path}/audio`, { language, name }, { of: durationMs });
  return <audio className={styles.player} controls autoPlay src={source} aria-label={label} />;
}

interface Sound {
  name: string;
  language: PromptLanguage;
  sound: File | null;
}

function UploadForm({ prompt, onDone }: { prompt: PromptView | undefined; onDone: () => void }) {
  const { t, i18n } = useTranslation();
  const form = useFields(API.putPrompt, [API.prompts], {
    name: prompt?.name ?? '',
    language: prompt?.language ?? (i18n.language as PromptLanguage),
    sound: null,
  } as Sound);
  return (
    <FormModal
      title={prompt ? t('prompts.replace', { name: prompt.name }) : t('prompts.upload')}
      form={form}
      onClose={onDone}
      change={({ name, language, sound }) => ({
        params: { name, language },
        input: sound ?? new File([], 'empty.wav'),
      })}
    >
      <TextInput
        label={t('client.name')}
        description={t('prompts.nameHint')}
        required
        readOnly={prompt !== undefined}
        data-autofocus={prompt === undefined || undefined}
        {...form.field('name')}
      />
      <Select
        label={t('app.language')}
        allowDeselect={false}
        readOnly={prompt !== undefined}
        data={(['ru', 'en'] as const).map((value) => ({ value, label: t(`prompts.in.${value}`) }))}
        value={form.values.language}
        onChange={(language) => form.set({ language: language as PromptLanguage })}
      />
      <FileInput
        label={t('prompts.file')}
        description={t('prompts.fileHint')}
        accept="audio/wav,audio/x-wav,.wav"
        placeholder={t('prompts.choose')}
        required
        clearable
        clearButtonProps={{ 'aria-label': t('common.remove') }}
        {...form.field('sound')}
      />
    </FormModal>
  );
}
