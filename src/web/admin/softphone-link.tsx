import { Alert, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { QRCodeSVG } from 'qrcode.react';
import { useTranslation } from 'react-i18next';
import type { SoftphoneLink as Link } from '../../contracts/softphone-link.js';
import { API } from '../api/endpoints.js';
import { useNow } from '../api/live.js';
import { useChange } from '../api/query.js';
import { CopyValue } from '../parts/copy-value.js';
import { durationOf } from '../parts/format.js';
import { Trouble } from '../parts/states.js';

/** A QR code that sets one softphone up. It is made when it is asked for: whoever scans it has the account. */
export function SoftphoneLink({ extensionId }: { extensionId: string }) {
  const { t } = useTranslation();
  const { mutate, data, submittedAt, isPending, error } = useChange(API.softphoneLink);
  const now = useNow();
  const leftMs = data ? submittedAt + data.holdsS * 1000 - now : 0;
  return (
    <Stack gap="sm" align="flex-start">
      {data && leftMs > 0 && <Scanned link={data} leftMs={leftMs} />}
      {data && leftMs <= 0 && (
        <Text size="sm" role="status">
          {t('softphone.link.ended')}
        </Text>
      )}
      <Button
        variant={data ? 'default' : 'filled'}
        loading={isPending}
        onClick={() => mutate({ params: { id: extensionId } })}
      >
        {t(data ? 'softphone.link.again' : 'softphone.link.make')}
      </Button>
      {error && <Trouble error={error} />}
    </Stack>
  );
}

function Scanned({ link, leftMs }: { link: Link; leftMs: number }) {
  const { t } = useTranslation();
  const url = link.urls.linphone;
  return (
    <Group align="flex-start" gap="md">
      <Paper p="sm" bg="white">
        <QRCodeSVG size={176} title={t('softphone.qr')} value={url} />
      </Paper>
      <Stack gap="xs" style={{ flex: 1 }} miw="14rem">
        <Group gap={4} wrap="nowrap">
          <Text size="sm" className="figures" role="timer">
            {t('softphone.link.holds', { time: durationOf(leftMs) })}
          </Text>
          <CopyValue value={url} label={t('softphone.copy', { name: t('softphone.link.address') })} />
        </Group>
        <Text size="sm" c="dimmed">
          {t('softphone.link.once')}
        </Text>
        {isOfThisMachine(url) && (
          <Alert color="yellow" variant="light">
            {t('softphone.link.loopback')}
          </Alert>
        )}
      </Stack>
    </Group>
  );
}

/** An address that leads a phone to itself. */
const isOfThisMachine = (url: string): boolean => /^(localhost|127\.|\[::1\])/.test(new URL(url).hostname);
