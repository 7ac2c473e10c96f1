// The bench's results as Markdown tables, as README shows them.

const LEDGER_LOADS = {
  alone: 'one writer',
  twentyAtOnce: 'twenty writers',
  at120PerSecond: '120 a second, as 20 calls/s make them',
  spoolTwentyAtOnce: 'into the spool, twenty writers',
};

const ms = (value) => (Number.isFinite(value) ? `${Math.round(value)}` : '–');
const spread = ({ p50, p95, p99 }) => `${ms(p50)} / ${ms(p95)} / ${ms(p99)}`;
const processes = (roles) =>
  Object.entries(roles)
    .filter(([, { cpuPercent, mb }]) => cpuPercent > 0 || mb > 20)
    .map(([role, { cpuPercent, mb }]) => `${role} ${cpuPercent} %, ${mb} MB`)
    .join('; ');

const row = (name, { calls, failed, pdd, answer, processes: roles }) =>
  `| ${name} | ${calls} | ${failed} | ${spread(pdd)} | ${spread(answer)} | ${processes(roles)} |`;

/** @returns Markdown */
export function table(results) {
  return [
    '',
    '| recorded calls | calls | failed | INVITE→180 p50 / p95 / p99 ms | 180→200 p50 / p95 / p99 ms | CPU (100 % = one core) and memory |',
    '| --- | --- | --- | --- | --- | --- |',
    ...results.ladder.map((one) => row(`${one.rate} new a second, of 10 s`, one)),
    row(`${results.atOnce.calls} at once`, results.atOnce),
    '',
    '| what | measured |',
    '| --- | --- |',
    `| start with an empty data folder / again | ${(results.firstStartMs / 1000).toFixed(1)} s / ${(results.secondStartMs / 1000).toFixed(1)} s |`,
    ...(results.freshCloneS
      ? [`| fresh clone to ready, packages included | ${results.freshCloneS.toFixed(0)} s |`]
      : []),
    `| \`call.received\` written before the ringing, p50 / p95 | up to ${ms(results.ledgerWithinCalls.p50UpToMs)} / up to ${ms(results.ledgerWithinCalls.p95UpToMs)} ms |`,
    ...Object.entries(LEDGER_LOADS).map(([load, name]) => {
      const { perSecond, p50Ms, p95Ms } = results.ledgerAlone[load];
      return `| ledger alone, ${name} | ${perSecond} appends a second, p50 ${p50Ms} ms, p95 ${p95Ms} ms |`;
    }),
  ].join('\n');
}
