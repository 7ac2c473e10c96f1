import { Affix, Alert, Stack } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
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

/** The keys that work wherever the person is. */
function useKeys(calls: readonly PhoneCall[]): void {
  const ringing = ringingOf(calls);
  const talking = calls.find(({ state, held }) => state === 'talking' && !held) ?? calls[0];
  useHotkeys([
    ['shift+alt+A', () => ringing && phone.do({ do: 'answer', id: ringing.id })],
    ['shift+alt+E', () => talking && phone.do({ do: 'hang-up', id: (ringing ?? talking).id })],
    ['shift+alt+M', () => talking && phone.do({ do: 'mute', id: talking.id, on: !talking.muted })],
    ['shift+alt+H', () => talking && phone.do({ do: 'hold', id: talking.id, on: !talking.held })],
  ]);
}
