import { Api } from '../support/api.js';

type Content = Record<string, { schema?: object }>;
interface Operation {
  requestBody?: { content?: Content };
  responses: Record<string, { content?: Content }>;
}

describe('the web side', () => {
  let api: Api;
  beforeAll(async () => {
    api = await Api.start();
  }, 60_000);
  afterAll(() => api.close());

  test('describes every route with its answers in /api/openapi.json', async () => {
    const { status, body } = await api.fetch('GET', '/api/openapi.json');
    expect(status).toBe(200);
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/api/v1/calls/{id}',
        '/api/v1/clients',
        '/api/v1/recordings',
        '/health/ready',
      ]),
    );
    for (const [path, operations] of Object.entries<Record<string, Operation>>(body.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const good = Object.entries(operation.responses).filter(([code]) => code.startsWith('2'));
        expect([path, method, good.length > 0]).toEqual([path, method, true]);
        for (const [code, answer] of good) {
          const described =
            code === '204' || method === 'head' || Object.values(answer.content ?? {})[0]?.schema;
          expect([path, method, code, Boolean(described)]).toEqual([path, method, code, true]);
        }
        expect(operation.responses['default']?.content?.['application/problem+json']?.schema).toBeDefined();
        if (['post', 'patch'].includes(method) && !/sign-out|sip-password|softphone-link/.test(path)) {
          expect([
            path,
            method,
            Boolean(operation.requestBody?.content?.['application/json']?.schema),
          ]).toEqual([path, method, true]);
        }
      }
    }
  });

  test('every $ref of the document leads somewhere', async () => {
    const { body } = await api.fetch('GET', '/api/openapi.json');
    const refs = new Set(
      [...JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map((m) => m[1]),
    );
    const known = Object.keys(body.components?.schemas ?? {});
    expect([...refs].filter((ref) => !known.includes(ref as string))).toEqual([]);
  });

  test.each([
    ['an unknown path', 'GET', '/api/v1/nothing', undefined, 404],
    ['a path that climbs', 'GET', '/api/v1/recordings/..%2f..%2fetc%2fpasswd/audio', undefined, 400],
    ['an id that is none', 'GET', '/api/v1/calls/1', undefined, 400],
    ['an unknown id', 'GET', '/api/v1/calls/01890000-0000-7000-8000-000000000000', undefined, 404],
    ['a broken percent-encoding', 'GET', '/api/v1/calls/%zz', undefined, 400],
    ['a limit past the bound', 'GET', '/api/v1/calls?limit=100000', undefined, 400],
    ['a cursor that was never given', 'GET', '/api/v1/calls?cursor=nonsense', undefined, 400],
    ['a broken body', 'POST', '/api/v1/extensions', '{"number":', 400],
    ['a body too large', 'POST', '/api/v1/extensions', `{"name":"${'a'.repeat(70_000)}"}`, 413],
    [
      'a field too many',
      'POST',
      '/api/v1/extensions',
      { number: '110', name: 'Petr', sipPassword: 'mine' },
      400,
    ],
  ])('answers %s with a problem document', async (_, method, path, body, status) => {
    const authorization = `Bearer ${await api.token('admin@example.com')}`;
    const answer = await api.fetch(method, path, { body, headers: { authorization } });
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({
      type: expect.stringMatching(/^urn:linekeeper:problem:[a-z-]+$/),
      title: expect.any(String),
      status,
      detail: expect.any(String),
    });
    expect(answer.status).toBe(status);
  });

  test('names each wrong field', async () => {
    const { body } = await api.as('admin@example.com', 'POST', '/extensions', { number: 'abc', name: '' });
    expect(body.errors).toEqual([
      { field: 'number', message: 'is not 2 to 6 digits' },
      { field: 'name', message: expect.any(String) },
    ]);
  });

  test('reads no body but JSON: a form of another site gets nowhere', async () => {
    const answer = await api.fetch('POST', '/api/v1/sign-in', {
      body: 'email=admin%40example.com&password=x',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.status).toBe(415);
  });

  test('shows the page to anyone, under a policy without inline scripts', async () => {
    const { status, headers, body } = await api.fetch('GET', '/');
    expect(status).toBe(200);
    expect(body.toString()).toMatch(/<!doctype html>/i);
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe/);
    expect(body.toString()).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son[a-z]+=|\sstyle=/i);
  });

  test('is live, and ready with every part named', async () => {
    expect((await api.fetch('GET', '/health/live')).body).toEqual({ status: 'up' });
    const ready = await api.fetch('GET', '/health/ready');
    expect(ready.status).toBe(200);
    expect(ready.body).toEqual({
      status: 'up',
      parts: { database: { up: true }, spool: { up: true }, jobs: { up: true } },
    });
  });

  test('shows metrics to this machine, and to others with an administrator’s token alone', async () => {
    expect((await api.fetch('GET', '/metrics')).body.toString()).toMatch(/^process_cpu_seconds_total/m);
    const headers = { 'X-Forwarded-For': '192.0.2.7' };
    expect((await api.fetch('GET', '/metrics', { headers })).status).toBe(403);
    const by = async (who: 'admin@example.com' | 'manager1@example.com') =>
      api.fetch('GET', '/metrics', {
        headers: { ...headers, authorization: `Bearer ${await api.token(who)}` },
      });
    expect((await by('manager1@example.com')).status).toBe(403);
    expect((await by('admin@example.com')).status).toBe(200);
  });
});
