import { existsSync } from 'node:fs';
import { DataKeyFile } from '../common/data-key-file.js';
import type { Settings } from '../common/env.js';
import { keyIdOf, Sealer } from '../common/sealer.js';
import { UserAgent, type SipMessage, type SipProtocol } from '../embedded/sip-stack/index.js';
import { secretContext } from '../provisioning/secret-context.js';
import type { Query } from './database.js';
import { note, well, wrong, type Finding } from './finding.js';

/** Timer T1 in ms: nobody waits 32 s for a carrier that does not answer. */
const T1_MS = 60;

interface TrunkRow {
  id: string;
  name: string;
  kind: 'address' | 'registration';
  host: string;
  port: number;
  transport: SipProtocol;
  username: string | null;
  sealed: Buffer | null;
}

/** Asks each carrier with OPTIONS whether it is there, and where we register, what it holds of us. */
export async function checkTrunks(query: Query, settings: Settings): Promise<Finding[]> {
  const [there] = await query<{ exists: boolean }>(`SELECT to_regclass('trunk') IS NOT NULL AS exists`);
  if (!there?.exists) return [];
  const trunks = await query<TrunkRow>(
    'SELECT id, name, kind, host, port, transport, username, password_sealed AS sealed FROM trunk WHERE enabled ORDER BY name',
  );
  if (trunks.length === 0) return [note('trunks', 'none is set up: no client can call')];
  const agent = new UserAgent({ userAgent: 'Linekeeper', timers: { t1: T1_MS } });
  try {
    const ip = settings.LISTEN_IP;
    for (const protocol of new Set(trunks.map(({ transport }) => transport))) {
      if (protocol === 'udp' || protocol === 'tcp') await agent.listen({ protocol, ip, port: 0 });
    }
    return await Promise.all(trunks.map((trunk) => checkTrunk(agent, trunk, settings)));
  } finally {
    await agent.close();
  }
}

async function checkTrunk(agent: UserAgent, trunk: TrunkRow, settings: Settings): Promise<Finding> {
  const { host, port, transport, kind } = trunk;
  const uri = `sip:${host}:${port};transport=${transport}`;
  const options = await agent.request({
    method: 'OPTIONS',
    uri,
    from: '<sip:doctor@localhost>',
    to: `<${uri}>`,
  });
  if (options.synthetic || kind === 'address')
    return reachFinding(trunk, options.synthetic ? undefined : options.status);
  const password = openPassword(trunk, settings);
  if (!trunk.username || password === undefined) return reachFinding(trunk, options.status);
  // RFC 3261 §10.2.3: a REGISTER without Contact asks, and changes nothing.
  const aor = `<sip:${trunk.username}@${host}>`;
  const credentials = { username: trunk.username, password };
  const bindings = await agent.request({
    method: 'REGISTER',
    uri: `sip:${host}:${port};transport=${transport}`,
    from: aor,
    to: aor,
    credentials,
  });
  return bindingsFinding(trunk.name, bindings);
}

/** @param status of the answer to OPTIONS; undefined where there was none */
export function reachFinding(
  { name, kind, host, port }: Pick<TrunkRow, 'name' | 'kind' | 'host' | 'port'>,
  status: number | undefined,
): Finding {
  const what = `trunk ${name}`;
  if (status !== undefined) return well(what, `answers at ${host}:${port} (${status} to OPTIONS)`);
  // A carrier known by its address calls us; that it is not reached at the address we would call is no fault yet.
  return kind === 'registration'
    ? wrong(what, `does not answer at ${host}:${port}: check its host, port and transport, and the firewall`)
    : note(what, `does not answer OPTIONS at ${host}:${port}: calls from it may come all the same`);
}

export function bindingsFinding(
  name: string,
  { status, headers }: Pick<SipMessage, 'status' | 'headers'>,
): Finding {
  const what = `trunk ${name}`;
  if (status === 401 || status === 403 || status === 407)
    return wrong(what, `refuses user or password (${status}): mend them`);
  if (status !== 200) return note(what, `answers ${status} to the question who is registered`);
  return headers.some((one) => /^(contact|m)$/i.test(one.name))
    ? well(what, 'we are registered')
    : note(what, 'nobody is registered there now: does Linekeeper run?');
}

function openPassword({ id, sealed }: TrunkRow, settings: Settings): string | undefined {
  const file = new DataKeyFile(settings);
  const hasKey = settings.DATA_KEY !== undefined || existsSync(file.path);
  if (!sealed || !hasKey) return undefined;
  const sealer = new Sealer(file.read()[0] as Buffer);
  for (const key of file.read()) {
    sealer.use([{ id: keyIdOf(sealed), key, role: 'sealing' }]);
    try {
      return sealer.open(sealed, secretContext.trunk(id));
    } catch {
      continue; // sealed with another of them
    }
  }
  return undefined;
}
