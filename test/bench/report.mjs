// The bench's results as Markdown tables, as README shows them.

const LEDGER_LOADS = {
  alone: 'one writer',
  twentyAtOnce: 'twenty writers',
  at120PerSecond: '120 a second, as 20 calls/s make them',
  spoolTwentyAtOnce: 'into the spool, twenty writers',
};

const LEASE_LOADS = {
  alone: 'one mobile, one call after another',
  twentyMobiles: 'twenty mobiles at once',
  oneMobile: 'twenty calls at once to one mobile',
};

const ms = (value) => (Number.isFinite(value) ? `${Math.round(value)}` : '–');
const spread = ({ p50, p95, p99 }) => `${ms(p50)} / ${ms(p95)} / ${ms(p99)}`;
const processes = (roles) =>
  Object.entries(roles)
    .filter(([, { cpuPercent, mb }]) => cpuPercent > 0 || mb > 20)
    .map(([role, { cpuPercent, mb }]) => `${role} ${cpuPercent} %, ${mb} MB`)
    .join('; ');

const row = (name, { calls, failed, setUp, pdd, answer, processes: roles }) =>
  `| ${name} | ${calls} | ${failed} | ${spread(setUp)} | ${spread(pdd)} | ${spread(answer)} | ${processes(roles)} |`;

const HEAD = [
  '| recorded calls | calls | failed | INVITE→200 p50 / p95 / p99 ms | INVITE→180 | 180→200 | CPU (100 % = one core) and memory |',
  '| --- | --- | --- | --- | --- | --- | --- |',
];

const loads = (name, rows, atOnce) => [
  '',
  `**${name}**`,
  '',
  ...HEAD,
  ...rows.map((one) => row(`${one.rate} new a second, of ${one.holdS} s`, one)),
  ...(atOnce ? [row(`${atOnce.calls} at once`, atOnce)] : []),
];

/** FreeSWITCH alone with an XML dialplan that bridges and records, by the priority that it was started with. */
const PLAIN = { plain: 'FreeSWITCH alone as it comes', plainNormal: 'FreeSWITCH alone with -np' };

const besidePlain = (ladders) =>
  Object.entries(PLAIN).flatMap(([kind, name]) => [
    ...loads(name, ladders[kind]),
    ...ratios(ladders.product, name, ladders[kind]),
  ]);

/** The highest rate at which no call failed; 0 where even the lowest failed some. */
const cleanRate = (rows) => Math.max(0, ...rows.filter(({ failed }) => failed === 0).map(({ rate }) => rate));

/** What the control plane costs a company: the product's figures by those of another exchange, at the same rate. */
const ratios = (product, name, plain) => {
  const [ours, its] = [cleanRate(product), cleanRate(plain)];
  const by = (mine, other) => (mine / other).toFixed(2);
  return [
    '',
    `| the product by ${name} | INVITE→200 p50 | p95 |`,
    '| --- | --- | --- |',
    ...product
      .filter(({ failed }) => failed === 0)
      .flatMap((mine) => {
        const other = plain.find(({ rate, failed }) => rate === mine.rate && failed === 0);
        if (!other) return [];
        const at = (share) => by(mine.setUp[share], other.setUp[share]);
        return [`| ${mine.rate} a second | ${at('p50')} | ${at('p95')} |`];
      }),
    '',
    `Highest rate without a failed call: ${ours} a second, ${name} ${its}: ${by(ours, its)}`,
  ];
};

const startAndLedger = (name, { firstStartMs, secondStartMs, ledgerWithinCalls }) => [
  `| ${name}: start with an empty data folder / again | ${(firstStartMs / 1000).toFixed(1)} s / ${(secondStartMs / 1000).toFixed(1)} s |`,
  `| ${name}: \`call.received\` written before the ringing, p50 / p95 | up to ${ms(ledgerWithinCalls.p50UpToMs)} / up to ${ms(ledgerWithinCalls.p95UpToMs)} ms |`,
];

const watching = (name, { joinMs, cpu, feed, recording }) => [
  `| ${name}: a listener's INVITE → he hears the call, p50 / p95 / p99 | ${spread(joinMs)} ms |`,
  `| ${name}: media server's CPU for a call alone / with ${cpu.listeners} listeners | ${cpu.without} % / ${cpu.withAll} % of a core |`,
  `| ${name}: REGISTER → its event at each of ${feed.watchers} watchers, ${feed.perSecond} events a second, p50 / p95 / p99 (missed; cut off) | ${spread(feed.delayMs)} ms (${feed.missed}; ${feed.cutOff}) |`,
  `| ${name}: ${recording.calls} calls at once, not recorded | ${processes(recording.none.processes)} |`,
  `| ${name}: the same, recorded | ${processes(recording.all.processes)} |`,
  `| ${name}: a minute recorded | ${recording.kbPerMinute} kB as WAV, ${recording.kbPerMinuteOnDisk} kB on disk, ${recording.cpuMsPerMinute} ms of CPU, sealing included |`,
];

const searching = ({ calls, allMs, eachMs }) => [
  `| ${calls} calls with recordings: a search over HTTP, p50 / p95 / p99 | ${spread(allMs)} ms |`,
  ...Object.entries(eachMs).map(([name, one]) => `| – ${name} | ${spread(one)} ms |`),
];

const clicked = ({ managerRingsMs, clientRingsMs, joinedMs }) => [
  `| click → the manager's phone rings, p50 / p95 / p99 | ${spread(managerRingsMs)} ms |`,
  `| his 200 → the client's phone rings, p50 / p95 / p99 | ${spread(clientRingsMs)} ms |`,
  `| the client's 200 → both hear each other, p50 / p95 / p99 | ${spread(joinedMs)} ms |`,
];

const leases = (loads) =>
  Object.entries(LEASE_LOADS).map(([load, name]) => {
    const { perSecond, p50, p95 } = loads[load];
    return `| proxy leases, ${name} | ${perSecond} a second, p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms |`;
  });

const ledger = (loads) =>
  Object.entries(LEDGER_LOADS).map(([load, name]) => {
    const { perSecond, p50Ms, p95Ms } = loads[load];
    return `| ledger alone, ${name} | ${perSecond} appends a second, p50 ${p50Ms} ms, p95 ${p95Ms} ms |`;
  });

const wallRow = ({ calls, updatesPerSecond, frameMs }) =>
  `| a frame of the live wall, ${calls} calls, ${updatesPerSecond} updates a second, p50 / p95 / p99, longest | ${spread(frameMs)}, ${ms(frameMs.longest)} ms |`;

/** @param results of the parts that were measured @returns Markdown */
export function table({
  webFirstLoadKb,
  wall,
  embedded,
  real,
  supervision,
  realSupervision,
  clickToCall,
  search,
  ledgerAlone,
  proxyLeases,
  freshCloneS,
}) {
  return [
    ...(embedded ? loads('embedded engine', embedded.ladders.product, embedded.atOnce) : []),
    ...(real ? loads('drachtio-server and FreeSWITCH', real.ladders.product, real.atOnce) : []),
    ...(real ? besidePlain(real.ladders) : []),
    '',
    '| what | measured |',
    '| --- | --- |',
    ...(embedded ? startAndLedger('embedded engine', embedded) : []),
    ...(real ? startAndLedger('real servers', real) : []),
    ...(freshCloneS ? [`| fresh clone to ready, packages included | ${freshCloneS.toFixed(0)} s |`] : []),
    ...(webFirstLoadKb ? [`| first load of the cabinets, compressed | ${webFirstLoadKb} kB |`] : []),
    ...(wall ? [wallRow(wall)] : []),
    ...(supervision ? watching('embedded engine', supervision) : []),
    ...(realSupervision ? watching('real servers', realSupervision) : []),
    ...(clickToCall ? clicked(clickToCall) : []),
    ...(search ? searching(search) : []),
    ...(ledgerAlone ? ledger(ledgerAlone) : []),
    ...(proxyLeases ? leases(proxyLeases) : []),
  ].join('\n');
}
