// A campaign's result as lines for a person.

const tally = (list, nameOf) => {
  const counts = new Map();
  for (const one of list) counts.set(nameOf(one), (counts.get(nameOf(one)) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => `${count} ${name}`);
};
const SHOWN = 20;

/** What a caller met: the statuses above 100, each once, in order. */
const metBy = ({ responses }) => {
  const statuses = [...new Set(responses.filter((status) => status > 100))];
  return statuses.length > 0 ? statuses.join(' ') : responses.length > 0 ? 'only 100' : 'no answer';
};

export function summaryOf(result, { seed, minutes, rate, engine, planes, withRedis }) {
  const { counts, losses, left, faults, records, untalked, outcomes, recordings, entries, packets } = result;
  const { starts, totals } = result;
  const lines = [
    `chaos: seed ${seed}, ${minutes} min, ${rate} calls/s, ${engine} engine, ${planes} control plane${planes > 1 ? 's' : ''}${withRedis ? ', Redis' : ''}`,
    `  calls placed   ${records.length}: ${tally(records, ({ kind }) => kind).join(', ')}`,
    `  SIPp's count   ${totals.placed} placed, ${records.reduce((sum, { sent }) => sum + sent, 0)} INVITEs with repetitions, ${totals.successful} to their end, ${totals.failed} broken off`,
    `  callers met    ${tally(records, metBy).join(', ')}`,
    `  faults         ${faults.length}: ${tally(faults, ({ deed, victim, came }) => `${deed} ${victim}${came === 'done' ? '' : ` (${came})`}`).join(', ')}`,
    `  started        ${starts}`,
    `  ledger         ${entries} entries; calls: ${outcomes.map(({ outcome, ending, n }) => `${n} ${outcome ?? 'open'} (${ending})`).join(', ')}`,
    `  recordings     ${recordings.map(({ state, n }) => `${n} ${state}`).join(', ')}; ${packets} audio packets heard`,
    `  reconciled     ${Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')}`,
    ...(untalked.length > 0
      ? [`  unanswered     though the carrier had a 200: ${tally(untalked, (ending) => ending).join(', ')}`]
      : []),
    ...losses.slice(0, SHOWN).map((loss) => `  LOSS           ${loss}`),
    ...left.slice(0, SHOWN).map((one) => `  LEFT BEHIND    ${one}`),
  ];
  const bad = losses.length + left.length;
  lines.push(
    bad === 0 ? 'nothing lost, nothing left open' : `${losses.length} losses, ${left.length} left behind`,
  );
  return lines;
}
