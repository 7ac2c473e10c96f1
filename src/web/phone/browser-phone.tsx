import { Affix, Alert, Stack } from '@mantine/core';
import { useHotkeys, type HotkeyItem } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay, useMe } from '../api/me.js';
import { CallCard } from './call-card.js';
import { IncomingCard } from './incoming-card.js';
import { phone, usePhone } from './phone.js';
import { PhoneMenu } from './phone-menu.js';
import type { Notice, PhoneCall } from './phone-state.js';
import styles from './phone.module.css';
import { notify, startRinging } from './ringing.js';

/** The phone of this browser: its menu in the head of the page, and its calls in the corner. */
export default function BrowserPhone() {
  const { id, extension } = useMe();
  const may = useMay();
  const isAllowed = may('phone.use') && extension !== null;
  useEffect(() => (isAllowed ? phone.attach(id) : undefined), [isAllowed, id]);
  const { calls, notice } = usePhone();
  useRinging(calls);
  useKeys(calls);
  if (!isAllowed) return null;
  return (
    <>
      <PhoneMenu />
      <Affix position={{ bottom: 16, right: 16 }} zIndex={190}>
        <Stack gap="sm" className={styles.calls}>
          {notice && <NoticeOf key={notice.id} what={notice.what} />}
          {calls.map((call) =>
            call.state === 'ringing' ? (
              <IncomingCard key={call.id} call={call} />
            ) : (
              <CallCard key={call.id} call={call} others={calls.filter((other) => other !== call)} />
            ),
          )}
        </Stack>
      </Affix>
    </>
  );
}

function NoticeOf({ what }: { what: Notice }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(true);
  if (!shown) return null;
  return (
    <Alert
      color="orange"
      variant="filled"
      autoContrast
      role="alert"
      withCloseButton
      closeButtonLabel={t('common.close')}
      onClose={() => setShown(false)}
    >
      {t(`phone.notice.${what}`)}
    </Alert>
  );
}

const ringingOf = (calls: readonly PhoneCall[]) => calls.find(({ state }) => state === 'ringing');

/** Sound and notification, in the one tab that has the calls. */
function useRinging(calls: readonly PhoneCall[]): void {
  const { t } = useTranslation();
  const { id, name = '' } = ringingOf(calls) ?? {};
  const isQuiet = calls.some(({ state }) => state === 'talking');
  useEffect(() => {
    if (id === undefined || !phone.leads) return undefined;
    const silence = isQuiet ? () => undefined : startRinging();
    const takeAway = notify(t('phone.rings'), name);
    return () => {
      silence();
      takeAway();
    };
  }, [id, name, isQuiet, t]);
}

/**
 * The keys that work wherever the person is: while he writes, too, and on a keyboard of any script, where KeyA types another
 * letter.
 */
function useKeys(calls: readonly PhoneCall[]): void {
  const ringing = ringingOf(calls);
  const talks = calls.filter(({ state }) => state === 'talking');
  const talking = talks.find(({ held }) => !held) ?? talks[0];
  const ending = ringing ?? talking ?? calls[0];
  const key = (name: string, press: () => void): HotkeyItem => [
    `shift+alt+${name}`,
    ({ repeat }) => repeat || press(),
    { usePhysicalKeys: true },
  ];
  useHotkeys(
    [
      key('A', () => ringing && phone.do({ do: 'answer', id: ringing.id })),
      key('E', () => ending && phone.do({ do: 'hang-up', id: ending.id })),
      key('M', () => talking && phone.do({ do: 'mute', id: talking.id, on: !talking.muted })),
      key('H', () => talking && phone.do({ do: 'hold', id: talking.id, on: !talking.held })),
    ],
    [],
    true,
  );
}
