import { Alert, Anchor, Badge, Button, Group, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Check from 'lucide-react/icons/check';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Trunk } from '../../../contracts/provisioning.js';
import { API } from '../../api/endpoints.js';
import { reading } from '../../api/query.js';
import { Page } from '../../parts/page.js';
import { Trouble, Waiting } from '../../parts/states.js';
import { TrunkForm } from '../trunks.js';
import { TrunkTest } from '../trunk-test.js';
import { CompanyStep } from './company-step.js';
import { NumberStep } from './number-step.js';
import { PeopleStep } from './people-step.js';
import { standingOf, STEPS, type Step } from './standing.js';

const MOST = { query: { limit: 200 } };

/** From an empty system to a working company number. What is done is seen from what there is: it goes on anywhere. */
export default function SetUp() {
  const { t } = useTranslation();
  const company = useQuery(reading(API.company));
  const trunks = useQuery(reading(API.trunks, MOST));
  const numbers = useQuery(reading(API.numbers, MOST));
  const groups = useQuery(reading(API.groups, MOST));
  const [chosen, choose] = useState<Step>();
  const broken = [company, trunks, numbers, groups].find(({ error }) => error);
  if (broken) return <Trouble error={broken.error} again={() => void broken.refetch()} />;
  if (!company.data || !trunks.data || !numbers.data || !groups.data) return <Waiting />;

  const standing = standingOf({
    company: company.data,
    trunks: trunks.data.items,
    numbers: numbers.data.items,
    groups: groups.data.items,
  });
  const next = STEPS.find((step) => !standing.done[step]);
  const open = chosen ?? next;
  const bodies: Record<Step, ReactNode> = {
    company: <CompanyStep company={company.data} onDone={() => choose(undefined)} />,
    trunk: <TrunkStep trunk={trunks.data.items[0]} hasNumber={numbers.data.items.length > 0} />,
    number: <NumberStep number={standing.number} group={standing.group} onDone={() => choose(undefined)} />,
    people: <PeopleStep group={standing.group} />,
  };
  return (
    <Page title={t('nav.setUp')} lead={t('setUp.lead')}>
      {!next && (
        <Alert color="pine" variant="light" title={t('setUp.ready', { number: standing.number?.number })}>
          <Text size="sm">{t('setUp.readyHint')}</Text>
          <Group gap="sm" mt="sm">
            <Button component={Link} to="/wall">
              {t('nav.wall')}
            </Button>
            <Button component={Link} to="/devices" variant="default">
              {t('nav.devices')}
            </Button>
          </Group>
        </Alert>
      )}
      <Stack component="ol" gap="md" p={0} m={0} style={{ listStyle: 'none' }}>
        {STEPS.map((step, at) => (
          <Paper key={step} component="li" p="md" aria-current={open === step ? 'step' : undefined}>
            <Group justify="space-between" wrap="nowrap">
              <Group gap="sm" wrap="nowrap">
                <ThemeIcon radius="xl" variant={standing.done[step] ? 'filled' : 'light'} aria-hidden>
                  {standing.done[step] ? <Check size={16} /> : at + 1}
                </ThemeIcon>
                <Title order={2} size="h3">
                  {t(`setUp.step.${step}`)}
                </Title>
                {standing.done[step] && (
                  <Badge variant="light" tt="none" visibleFrom="sm">
                    {t('setUp.done')}
                  </Badge>
                )}
              </Group>
              {open !== step && (
                <Anchor
                  component="button"
                  type="button"
                  flex="none"
                  aria-label={t('common.changeOf', { name: t(`setUp.step.${step}`) })}
                  onClick={() => choose(step)}
                >
                  {t('common.edit')}
                </Anchor>
              )}
            </Group>
            {open === step && (
              <Stack mt="md" gap="sm">
                <Text c="dimmed">{t(`setUp.hint.${step}`)}</Text>
                {bodies[step]}
              </Stack>
            )}
          </Paper>
        ))}
      </Stack>
    </Page>
  );
}

function TrunkStep({ trunk, hasNumber }: { trunk: Trunk | undefined; hasNumber: boolean }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  return (
    <>
      <Group>
        <Button variant={trunk ? 'default' : 'filled'} onClick={() => setEditing(true)}>
          {trunk ? t('common.changeOf', { name: trunk.name }) : t('trunks.create')}
        </Button>
      </Group>
      {trunk && <TrunkTest trunk={trunk} withCall={hasNumber} />}
      {trunk && !hasNumber && (
        <Text size="sm" c="dimmed">
          {t('setUp.callLater')}
        </Text>
      )}
      {editing && <TrunkForm trunk={trunk} onDone={() => setEditing(false)} />}
    </>
  );
}
