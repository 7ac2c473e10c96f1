import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Figures } from '../../contracts/figures.js';
import { useFormat } from '../parts/format.js';
import { callsLink } from './calls-link.js';
import styles from './day.module.css';

type Slot = Figures['slots'][number];

/** What a bar is made of, from the ground up. */
const PARTS = [
  { name: 'answered', of: ({ answered }: Slot) => answered, swatch: 'var(--mantine-color-pine-5)' },
  { name: 'missed', of: ({ missed }: Slot) => missed, swatch: 'var(--mantine-color-red-6)' },
  { name: 'abandoned', of: ({ abandoned }: Slot) => abandoned, swatch: 'var(--mantine-color-orange-5)' },
  { name: 'outbound', of: ({ outbound }: Slot) => outbound, swatch: 'var(--mantine-color-blue-5)' },
  {
    name: 'other',
    of: ({ inbound, answered, missed, abandoned, internal }: Slot) =>
      inbound - answered - missed - abandoned + internal,
    swatch: 'var(--mantine-color-gray-5)',
  },
] as const;

const allOf = (slot: Slot) => PARTS.reduce((sum, part) => sum + part.of(slot), 0);

/** Calls by the hour: a bar each, which opens the calls that it counts. */
export function DayChart({ slots }: { slots: Slot[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const most = Math.max(4, ...slots.map(allOf));
  const hourOf = ({ at }: Slot) => String(new Date(at).getHours());
  return (
    <div>
      <div className={styles.legend}>
        {PARTS.map(({ name, swatch }) => (
          <span key={name} style={{ '--swatch': swatch } as React.CSSProperties}>
            {t(`chart.${name}`)}
          </span>
        ))}
      </div>
      <div className={styles.chart}>
        {slots.map((slot, index) => {
          const all = allOf(slot);
          if (all === 0) return <span key={slot.at} className={styles.bar} />;
          const to = slots[index + 1]?.at ?? new Date(Date.parse(slot.at) + 3_600_000).toISOString();
          const parts = PARTS.filter((part) => part.of(slot) > 0);
          const words = parts.map((part) => `${t(`chart.${part.name}`)} ${part.of(slot)}`).join(', ');
          return (
            <Link
              key={slot.at}
              to={callsLink({ from: slot.at, to })}
              className={styles.bar}
              aria-label={`${format.moment(slot.at)}: ${words}`}
              title={words}
            >
              {parts.map((part) => (
                <span
                  key={part.name}
                  className={`${styles.part} ${styles[part.name]}`}
                  style={{ height: `${(part.of(slot) / most) * 100}%` }}
                />
              ))}
            </Link>
          );
        })}
      </div>
      <div className={styles.hours} aria-hidden>
        {slots.map((slot) => (
          <span key={slot.at}>{hourOf(slot)}</span>
        ))}
      </div>
    </div>
  );
}
