import type { System } from './system.js';

interface OpenApi {
  paths: Record<string, { get?: { parameters?: { name: string; in: string }[] } }>;
}

/** One request of the walk, and its whole answer. */
export interface Step {
  path: string;
  status: number;
  text: string;
}

/** How many things of one list are looked at one by one. */
const AT_MOST = 4;

/**
 * Reads everything that the OpenAPI document offers with GET, as one person: lists, then what they name, one by one.
 * A new route is walked without being named here.
 * @param knower whose lists tell of what there is, so that the person also asks for what he may not see
 */
export async function walkOpenApi(system: System, as: string, knower = 'admin'): Promise<Step[]> {
  const { body: document } = await system.api<OpenApi>('GET', '/api/openapi.json', undefined, { as });
  const paths = Object.entries(document.paths).flatMap(([path, { get }]) =>
    get ? [{ path, takesLimit: get.parameters?.some(({ name }) => name === 'limit') ?? false }] : [],
  );
  const known = new Known();
  const steps: Step[] = [];
  // From the shortest on: a list comes before what it lists.
  for (const { path, takesLimit } of paths.sort(
    (a, b) => parametersOf(a.path).length - parametersOf(b.path).length,
  )) {
    for (const whole of known.fill(path)) {
      const query = takesLimit ? '?limit=200' : '';
      if (whole === path) {
        const { body } = await system.api<unknown>('GET', `${whole}${query}`, undefined, { as: knower });
        known.learn(path, body);
      }
      steps.push(await read(system, `${whole}${query}`, as));
    }
  }
  return steps;
}

async function read(system: System, path: string, as: string): Promise<Step> {
  const { status, headers, body } = await system.api<unknown>('GET', path, undefined, { as });
  const content = Buffer.isBuffer(body) ? body.toString('latin1') : JSON.stringify(body);
  return { path, status, text: `${JSON.stringify([...headers])}\n${content}` };
}

const parametersOf = (path: string): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);

/** What lists have told of the things there are. */
class Known {
  /** By the path of the list: what it lists. */
  private readonly things = new Map<string, Record<string, unknown>[]>();

  learn(path: string, answer: unknown): void {
    const list = Array.isArray(answer) ? answer : (answer as { items?: unknown } | null)?.items;
    if (Array.isArray(list)) this.things.set(path, list as Record<string, unknown>[]);
  }

  /**
   * The path with its parameters' places filled, for some of the things that its list names; where there is no such
   * list, for some of everything.
   */
  fill(path: string): string[] {
    const [first] = parametersOf(path);
    if (first === undefined) return [path];
    const listed = this.things.get(path.slice(0, path.indexOf(`/{${first}}`))) ?? [];
    const some: Record<string, unknown>[] =
      listed.length > 0 ? listed : [...this.things.values()].flatMap((list) => list.slice(0, 1));
    return some
      .slice(0, AT_MOST)
      .flatMap((thing) => thing[first] ?? thing['id'] ?? [])
      .flatMap((value) => this.fill(path.replace(`{${first}}`, encodeURIComponent(String(value)))));
  }
}
