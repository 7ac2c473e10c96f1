import { Badge, Group, Paper, Stack, Text } from '@mantine/core';
import PartyPopper from 'lucide-react/icons/party-popper';
import { useTranslation } from 'react-i18next';
import type { FollowUpView } from '../../contracts/follow-ups.js';
import { API } from '../api/endpoints.js';
import { useMe } from '../api/me.js';
import { CallClient } from '../phone-panel/call-client.js';
import { ClientName } from '../parts/call-parts.js';
import { useFormat } from '../parts/format.js';
import { Listed } from '../parts/listed.js';
import { Page } from '../parts/page.js';
import { Empty } from '../parts/states.js';

const REFRESH_MS = 5_000;

/** Whom this manager owes a call. */
export default function Debts() {
  const { t } = useTranslation();
  return (
    <Page title={t('debts.title')} lead={t('debts.lead')}>
      <Listed
        endpoint={API.followUps}
        query={{ state: 'open', order: 'oldest', limit: 50 }}
        everyMs={REFRESH_MS}
        empty={<Empty icon={PartyPopper} title={t('debts.empty')} hint={t('debts.emptyHint')} />}
      >
        {(debts) => (
          <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
            {debts.map((debt) => (
              <Debt key={debt.id} debt={debt} />
            ))}
          </Stack>
        )}
      </Listed>
    </Page>
  );
}

function Debt({ debt }: { debt: FollowUpView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { extension } = useMe();
  const overdue = debt.dueAt !== null && Date.parse(debt.dueAt) < Date.now();
  return (
    <Paper component="li" p="md">
      <Group justify="space-between" gap="md">
        <Stack gap={4}>
          <Group gap="sm">
            <ClientName client={debt.client} />
            <Badge variant="light" color={overdue ? 'red' : 'gray'} tt="none">
              {debt.owner === null
                ? t('debts.anyones')
                : debt.owner.number === extension?.number
                  ? t('debts.mine')
                  : t('debts.owner', { name: debt.owner.name })}
            </Badge>
          </Group>
          <Text size="sm" c="dimmed" className="figures">
            {[
              t('debts.attempts', { count: debt.attempts }),
              t('debts.since', { time: format.moment(debt.openedAt) }),
              debt.dueAt && t(overdue ? 'debts.overdue' : 'debts.due', { time: format.moment(debt.dueAt) }),
            ]
              .filter(Boolean)
              .join(' · ')}
          </Text>
        </Stack>
        <CallClient client={debt.client} />
      </Group>
    </Paper>
  );
}
