import type { System } from './system.js';

interface OpenApi {
  paths: Record<string, Record<string, { parameters?: Parameter[] }>>;
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
}

/** One request of the walk, and its whole answer. */
export interface Step {
  /** As the document has it, with its parameters' places. */
  route: string;
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
  const document = await documentOf(system, as);
  const paths = Object.entries(document.paths).flatMap(([path, { get }]) =>
    get ? [{ path, query: queryOf(get.parameters ?? []) }] : [],
  );
  const known = new Known();
  const steps: Step[] = [];
  // From the shortest on: a list comes before what it lists.
  for (const { path, query } of paths.sort(
    (a, b) => parametersOf(a.path).length - parametersOf(b.path).length,
  )) {
    for (const whole of known.fill(path)) {
      if (whole === path) {
        const { body } = await system.api<unknown>('GET', `${whole}${query}`, undefined, { as: knower });
        known.learn(path, body);
      }
      steps.push({ route: path, ...(await ask(system, 'GET', `${whole}${query}`, as)) });
    }
  }
  return steps;
}

/**
 * Asks for every change that the document offers, of things that are there, saying nothing of what is to change: what is
 * wrong with that is told in problem documents, and what needs no body is done. Signing out is left out.
 */
export async function pokeOpenApi(system: System, as: string, knower = 'admin'): Promise<Step[]> {
  const document = await documentOf(system, as);
  const known = new Known();
  for (const [path, methods] of Object.entries(document.paths)) {
    if (methods['get'] && parametersOf(path).length === 0) {
      const { body } = await system.api<unknown>('GET', path, undefined, { as: knower });
      known.learn(path, body);
    }
  }
  const steps: Step[] = [];
  for (const [route, methods] of Object.entries(document.paths)) {
    for (const method of Object.keys(methods).filter((one) => one !== 'get' && one !== 'head')) {
      if (/sign-(in|out)$/.test(route)) continue;
      for (const path of known.fill(route).slice(0, 1)) {
        steps.push({ route: `${method} ${route}`, ...(await ask(system, method.toUpperCase(), path, as)) });
      }
    }
  }
  return steps;
}

const documentOf = async (system: System, as: string): Promise<OpenApi> =>
  (await system.api<OpenApi>('GET', '/api/openapi.json', undefined, { as })).body;

async function ask(system: System, method: string, path: string, as: string): Promise<Omit<Step, 'route'>> {
  const body = /^(GET|DELETE)$/.test(method) ? undefined : {};
  const { status, headers, body: answer } = await system.api<unknown>(method, path, body, { as });
  const content = Buffer.isBuffer(answer) ? answer.toString('latin1') : JSON.stringify(answer);
  return { path, status, text: `${JSON.stringify([...headers])}\n${content}` };
}

/** What must be asked for with a query: the last days, and as much as there may be. */
function queryOf(parameters: readonly Parameter[]): string {
  const hoursFromNow = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const values: Record<string, string> = { limit: '200', from: hoursFromNow(-48), to: hoursFromNow(1) };
  const asked = parameters.filter((one) => one.in === 'query' && (one.required || one.name === 'limit'));
  const query = new URLSearchParams(Object.fromEntries(asked.map(({ name }) => [name, values[name] ?? ''])));
  return query.size > 0 ? `?${query}` : '';
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
    return some.slice(0, AT_MOST).flatMap((thing) => {
      const named = { ...thing, [first]: thing[first] ?? thing['id'] };
      if (named[first] === undefined) return [];
      const filled = path.replace(/\{(\w+)\}/g, (place, name: string) =>
        name in named ? encodeURIComponent(String(named[name])) : place,
      );
      return this.fill(filled);
    });
  }
}
