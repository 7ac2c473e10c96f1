import type { Snapshot, TrunkConfig } from '../provisioning/config.js';
import { addressSet } from './source.js';

interface KnownTrunk {
  trunk: TrunkConfig;
  sends: (address: string) => boolean;
}

const known = new WeakMap<Snapshot, KnownTrunk[]>();

/** The enabled trunks that are known to send from this address; several, where companies share a carrier. */
export function trunksFrom(snapshot: Snapshot, address: string): TrunkConfig[] {
  let trunks = known.get(snapshot);
  if (!trunks) {
    trunks = [...snapshot.trunks.values()]
      .filter(({ enabled }) => enabled)
      .map((trunk) => ({ trunk, sends: addressSet([...trunk.sourceAddresses, trunk.host]) }));
    known.set(snapshot, trunks);
  }
  return trunks.filter(({ sends }) => sends(address)).map(({ trunk }) => trunk);
}
