// The bench's results as Markdown tables, as README shows them.

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
    `| ledger write within calls, p50 / p95 | up to ${ms(results.ledgerWithinCalls.p50UpToMs)} / up to ${ms(results.ledgerWithinCalls.p95UpToMs)} ms |`,
    `| ledger alone | ${Math.round(results.ledgerAlone.perSecond)} appends a second, p50 ${results.ledgerAlone.p50Ms.toFixed(1)} ms, p95 ${results.ledgerAlone.p95Ms.toFixed(1)} ms |`,
  ].join('\n');
}
