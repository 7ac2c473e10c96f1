import { ActionIcon, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import FileDown from 'lucide-react/icons/file-down';
import { useTranslation } from 'react-i18next';
import type { RecordingView } from '../../contracts/recordings.js';
import { API } from '../api/endpoints.js';
import { useMay } from '../api/me.js';
import { reading } from '../api/query.js';
import { urlOf } from '../api/request.js';

type Form = RecordingView['forms'][number];

/** Saves a recording as a file, for those who may; in the form that they choose where there are two. */
export function Download({ recordingId }: { recordingId: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const isAllowed = may('recordings.download');
  const { data: recording } = useQuery({
    ...reading(API.recording, { params: { id: recordingId } }),
    enabled: isAllowed,
  });
  if (!isAllowed || recording?.state !== 'stored') return null;
  const look = { size: 36, radius: 'xl', variant: 'default', title: t('download.save') } as const;
  const [form, other] = recording.forms;
  if (!form) return null;
  if (!other) {
    return (
      <ActionIcon
        component="a"
        href={fileOf(recordingId, form)}
        download
        aria-label={t('download.save')}
        {...look}
      >
        <FileDown size={16} aria-hidden />
      </ActionIcon>
    );
  }
  return (
    <Menu position="top-end" portalProps={{ target: '#content' }}>
      <Menu.Target>
        <ActionIcon aria-label={t('download.save')} {...look}>
          <FileDown size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('download.inLedger')}</Menu.Label>
        {recording.forms.map((one) => (
          <Menu.Item key={one} component="a" href={fileOf(recordingId, one)} download>
            {t(`download.as.${one}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The browser asks for it by itself, with the cookie of who is signed in, and writes it to the disk as it comes. */
const fileOf = (id: string, form: Form): string =>
  urlOf('/recordings/{id}/audio', { id }, { form, download: 1 });
