import { ActionIcon, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import ChevronLeft from 'lucide-react/icons/chevron-left';
import ChevronRight from 'lucide-react/icons/chevron-right';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { Figures } from '../../contracts/figures.js';
import { API } from '../api/endpoints.js';
import { reading } from '../api/query.js';
import { localDate, shifted, startOfDay } from '../parts/days.js';
import { durationOf, nameAndNumber, useFormat } from '../parts/format.js';
import { Page } from '../parts/page.js';
import { Rows, RowLink, type Column } from '../parts/rows.js';
import { Trouble, Waiting } from '../parts/states.js';
import { callsLink } from './calls-link.js';
import { DayChart } from './day-chart.js';
import styles from './day.module.css';

const REFRESH_MS = 15_000;

/** The figures of one day; each leads to the calls that it counts. */
export default function Day() {
  const { t } = useTranslation();
  const format = useFormat();
  const [search, setSearch] = useSearchParams();
  const from = startOfDay(search.get('day'));
  const to = shifted(from, 1);
  const isToday = to.getTime() > Date.now();
  const show = (day: Date) => setSearch({ day: localDate(day) });
  const query = { from: from.toISOString(), to: to.toISOString(), slotMinutes: 60 };
  const figures = useQuery({
    ...reading(API.figures, { query }),
    placeholderData: keepPreviousData,
    ...(isToday && { refetchInterval: REFRESH_MS }),
  });
  return (
    <Page
      title={t('day.title')}
      lead={t('day.lead')}
      actions={
        <Group gap="xs" wrap="nowrap">
          <ActionIcon
            variant="default"
            size="lg"
            aria-label={t('day.before')}
            onClick={() => show(shifted(from, -1))}
          >
            <ChevronLeft size={18} aria-hidden />
          </ActionIcon>
          <Text fw={550} aria-live="polite">
            {format.day(from.toISOString())}
          </Text>
          <ActionIcon
            variant="default"
            size="lg"
            aria-label={t('day.after')}
            disabled={isToday}
            onClick={() => show(shifted(from, 1))}
          >
            <ChevronRight size={18} aria-hidden />
          </ActionIcon>
        </Group>
      }
    >
      {figures.data ? (
        <DayFigures figures={figures.data} />
      ) : figures.error ? (
        <Trouble error={figures.error} again={() => void figures.refetch()} />
      ) : (
        <Waiting />
      )}
    </Page>
  );
}

function DayFigures({ figures }: { figures: Figures }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { total, from, to } = figures;
  const within = { from, to };
  const asked = total.answered + total.missed + total.abandoned;
  const answeredShare = asked > 0 ? Math.round((total.answered / asked) * 100) : null;
  const managers: Column<Figures['managers'][number]>[] = [
    {
      name: 'manager',
      label: t('call.manager'),
      cell: ({ extension }) => (
        <RowLink to={callsLink({ ...within, manager: extension.number })}>{nameAndNumber(extension)}</RowLink>
      ),
    },
    {
      name: 'answered',
      label: t('day.answered'),
      align: 'right',
      cell: (one) => format.number(one.answered),
    },
    { name: 'reached', label: t('day.reached'), align: 'right', cell: (one) => format.number(one.reached) },
    { name: 'missed', label: t('day.rangInVain'), align: 'right', cell: (one) => format.number(one.missed) },
    { name: 'talked', label: t('day.talked'), align: 'right', cell: ({ talkedMs }) => durationOf(talkedMs) },
  ];
  return (
    <Stack gap="lg">
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        <Figure
          name={t('day.inbound')}
          value={format.number(total.inbound)}
          to={callsLink({ ...within, direction: 'inbound' })}
        />
        {(['answered', 'missed', 'abandoned'] as const).map((outcome) => (
          <Figure
            key={outcome}
            name={t(`day.${outcome}`)}
            value={format.number(total[outcome])}
            to={callsLink({ ...within, direction: 'inbound', outcome })}
          />
        ))}
        <Figure name={t('day.share')} value={answeredShare === null ? '–' : `${answeredShare}\u00a0%`} />
        <Figure
          name={t('day.wait')}
          value={total.medianAnswerS === null ? '–' : durationOf(total.medianAnswerS * 1000)}
        />
        <Figure
          name={t('day.outbound')}
          value={format.number(total.outbound)}
          to={callsLink({ ...within, direction: 'outbound' })}
        />
        <Figure
          name={t('day.reached')}
          value={format.number(total.reached)}
          to={callsLink({ ...within, direction: 'outbound', outcome: 'answered' })}
        />
      </SimpleGrid>
      <Paper p="lg">
        <Title order={2} mb="md">
          {t('day.byHour')}
        </Title>
        <DayChart slots={figures.slots} />
      </Paper>
      {figures.managers.length > 0 && (
        <section>
          <Title order={2} mb="sm">
            {t('day.byManager')}
          </Title>
          <Rows
            label={t('day.byManager')}
            columns={managers}
            items={figures.managers}
            keyOf={({ extension }) => extension.number}
          />
        </section>
      )}
    </Stack>
  );
}

function Figure({ name, value, to }: { name: string; value: string; to?: string }) {
  const content = (
    <>
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Text fz={26} fw={650} lh={1.3} className="figures">
        {value}
      </Text>
    </>
  );
  return to ? (
    <Paper p="md" component={Link} to={to} className={styles.figure}>
      {content}
    </Paper>
  ) : (
    <Paper p="md">{content}</Paper>
  );
}
