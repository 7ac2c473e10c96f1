import {
  Alert,
  Anchor,
  Badge,
  Button,
  Code,
  Container,
  Group,
  List,
  Paper,
  Stack,
  Text,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Mic from 'lucide-react/icons/mic';
import MicOff from 'lucide-react/icons/mic-off';
import Phone from 'lucide-react/icons/phone';
import PhoneOff from 'lucide-react/icons/phone-off';
import { useEffect, useRef, useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import type { DemoLine } from '../../contracts/phone.js';
import { API } from '../api/endpoints.js';
import { useNow } from '../api/live.js';
import { reading } from '../api/query.js';
import { RequestError } from '../api/request.js';
import { durationOf } from '../parts/format.js';
import { Page } from '../parts/page.js';
import { Empty, Trouble, Waiting } from '../parts/states.js';
import { LanguageSwitch, ThemeSwitch } from '../shell/switches.js';
import type { DemoPhone, DemoState } from './demo-phone.js';

/** A newcomer plays a client who calls the demo company, while another tab answers as its manager. */
export default function Try() {
  const { t } = useTranslation();
  const line = useQuery({ ...reading(API.demo), staleTime: Infinity });
  const isNowhere = line.error instanceof RequestError && line.error.status === 404;
  return (
    <Container component="main" size="sm" py="xl">
      <Stack gap="lg">
        <Group justify="flex-end" gap={4}>
          <LanguageSwitch />
          <ThemeSwitch />
        </Group>
        <Page title={t('try.title')} lead={line.data && t('try.lead', { name: line.data.companyName })}>
          {line.isPending && <Waiting rows={2} />}
          {isNowhere && <Empty title={t('try.nowhere')} hint={t('try.nowhereHint')} />}
          {line.error && !isNowhere && <Trouble error={line.error} again={() => void line.refetch()} />}
          {line.data && <Telephone line={line.data} />}
          {line.data && <Steps />}
        </Page>
      </Stack>
    </Container>
  );
}

function Steps() {
  const { t } = useTranslation();
  const steps = ['signIn', 'turnOn', 'call', 'see'] as const;
  return (
    <Paper p="xl">
      <List type="ordered" spacing="sm">
        {steps.map((step) => (
          <List.Item key={step}>
            <Trans
              t={t}
              i18nKey={`try.steps.${step}`}
              components={{
                cabinet: (
                  <Anchor href="/" target="_blank" underline="always">
                    {null}
                  </Anchor>
                ),
                code: <Code>{null}</Code>,
              }}
            />
          </List.Item>
        ))}
      </List>
    </Paper>
  );
}

function Telephone({ line }: { line: DemoLine }) {
  const { t } = useTranslation();
  const { call, notice, phone } = useDemoPhone(line);
  return (
    <Paper p="xl" role="region" aria-label={t('try.telephone')}>
      <Stack gap="md">
        <Group justify="space-between" wrap="nowrap">
          <div>
            <Text fw={650} size="xl" className="figures">
              {line.companyNumber}
            </Text>
            <Text size="sm" c="dimmed">
              {t('try.from', { name: line.companyName, from: line.from })}
            </Text>
          </div>
          <Standing call={call} />
        </Group>
        <Group>
          {call ? (
            <>
              <Button
                size="lg"
                color="red.8"
                leftSection={<PhoneOff size={20} aria-hidden />}
                onClick={() => phone?.hangUp()}
              >
                {t('phone.hangUp')}
              </Button>
              <Button
                size="lg"
                variant="default"
                disabled={call.state !== 'talking'}
                leftSection={call.muted ? <MicOff size={20} aria-hidden /> : <Mic size={20} aria-hidden />}
                onClick={() => phone?.mute(!call.muted)}
              >
                {t(call.muted ? 'phone.unmute' : 'phone.mute')}
              </Button>
            </>
          ) : (
            <Button
              size="lg"
              disabled={!phone}
              leftSection={<Phone size={20} aria-hidden />}
              onClick={() => void phone?.start()}
            >
              {t('try.call')}
            </Button>
          )}
        </Group>
        {notice && (
          <Alert color="orange" variant="light" role="alert">
            {t(notice === 'no-microphone' ? 'phone.notice.no-microphone' : 'try.notAnswered')}
          </Alert>
        )}
      </Stack>
    </Paper>
  );
}

function Standing({ call }: { call: DemoState['call'] }) {
  const { t } = useTranslation();
  const now = useNow();
  if (!call) return null;
  const talks = call.state === 'talking';
  return (
    <Badge
      size="lg"
      variant="light"
      color={talks ? 'blue' : 'yellow'}
      tt="none"
      className="figures"
      flex="none"
      role="status"
    >
      {talks ? durationOf(now - call.since) : t('phone.calling')}
    </Badge>
  );
}

function useDemoPhone(line: DemoLine): DemoState & { phone: DemoPhone | undefined } {
  const [state, setState] = useState<DemoState>({ call: null, notice: null });
  const [phone, setPhone] = useState<DemoPhone>();
  const made = useRef<DemoPhone>(undefined);
  useEffect(() => {
    let isGone = false;
    void import('./demo-phone.js').then(({ DemoPhone }) => {
      if (isGone) return;
      made.current = new DemoPhone(line, setState);
      setPhone(made.current);
    });
    return () => {
      isGone = true;
      made.current?.stop();
    };
  }, [line]);
  return { ...state, phone };
}
