import { note, well, wrong, type Finding } from './finding.js';

const PATIENCE_MS = 5_000;

/** A Linekeeper that answers where the settings say. */
export interface Instance {
  ready: boolean;
  /** What its parts say of themselves, those that are down first. */
  parts: { name: string; up: boolean; detail?: string }[];
}

/** @returns undefined where nothing answers, or something that is no Linekeeper */
export async function findInstance(web: string): Promise<Instance | undefined> {
  try {
    const response = await fetch(`${web}/health/ready`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const { status, parts } = (await response.json()) as {
      status?: string;
      parts?: Record<string, { up: boolean; detail?: string }>;
    };
    if (!parts || (status !== 'up' && status !== 'down')) return undefined;
    const named = Object.entries(parts).map(([name, part]) => ({ name, ...part }));
    return { ready: status === 'up', parts: named.sort((a, b) => Number(a.up) - Number(b.up)) };
  } catch {
    return undefined;
  }
}

export function instanceFinding(instance: Instance | undefined): Finding {
  if (!instance) return note('Linekeeper', 'does not run here: npm run up starts it');
  if (instance.ready)
    return well('Linekeeper', `runs and is ready (${instance.parts.map(({ name }) => name).join(', ')})`);
  const down = instance.parts.filter(({ up }) => !up);
  return wrong(
    'Linekeeper',
    `runs and is not ready: ${down.map(({ name, detail }) => `${name} is down${detail ? ` (${detail})` : ''}`).join(', ')}`,
  );
}
