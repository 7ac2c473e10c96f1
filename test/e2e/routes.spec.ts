import { z } from 'zod';
import { ROUTES } from '../../src/contracts/routes.js';
import { System } from '../support/system.js';

type Json = null | string | number | boolean | Json[] | { [key: string]: Json };
interface Operation {
  parameters?: { in: string; name: string; schema: Json }[];
  requestBody?: { content: Record<string, { schema: Json }> };
  responses: Record<string, { content?: Record<string, { schema: Json }> }>;
}

/** What says where a schema stands, beside the name that `meta` gives it. */
const PLACE = ['$schema', 'definitions'];
/** The one kind of content that there is. */
const onlyOf = (content: Record<string, { schema: Json }> = {}) => Object.values(content)[0];

describe('the routes that the pages ask', () => {
  let system: System;
  let schemas: Record<string, Json>;
  let operations: Map<string, Operation>;
  beforeAll(async () => {
    system = await System.start();
    const { body: document } = await system.api<{
      paths: Record<string, Record<string, Operation>>;
      components: { schemas: Record<string, Json> };
    }>('GET', '/api/openapi.json');
    schemas = document.components.schemas;
    operations = new Map(
      Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => [
          `${method.toUpperCase()} ${path.replace('/api/v1', '')}`,
          operation,
        ]),
      ),
    );
  }, 60_000);
  afterAll(() => system?.stop());

  /** A schema with what it refers to in its place, without what says where that stands. */
  const whole = (schema: Json | undefined, known: Record<string, Json>): Json | undefined => {
    if (Array.isArray(schema)) return schema.map((one) => whole(one, known) as Json);
    if (typeof schema !== 'object' || schema === null) return schema;
    if (typeof schema['$ref'] === 'string')
      return whole(known[schema['$ref'].split('/').at(-1) ?? ''], known);
    return Object.fromEntries(
      Object.entries(schema)
        .filter(([key, value]) => !PLACE.includes(key) && !(key === 'id' && typeof value === 'string'))
        .map(([key, value]) => [key, whole(value, known) as Json]),
    );
  };
  const described = (schema: Json | undefined) => whole(schema, schemas);
  const contracted = (schema: z.ZodType, io: 'input' | 'output') => {
    const json = z.toJSONSchema(schema, { io, target: 'openapi-3.0' }) as {
      definitions?: Record<string, Json>;
    };
    return whole(json as Json, json.definitions ?? {});
  };

  test.each(Object.keys(ROUTES) as (keyof typeof ROUTES)[])(
    '%s takes and answers what the server says',
    (name) => {
      const operation = operations.get(name) as Operation;
      const {
        answer,
        body,
        query,
      }: { answer?: z.ZodType; body?: z.ZodType | 'audio/wav'; query?: z.ZodType } = ROUTES[name];
      expect(operation).toBeDefined();
      const [ok] = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
      const given = onlyOf(ok?.[1].content)?.schema;
      expect(described(given)).toEqual(answer && contracted(answer, 'output'));
      const taken = operation.requestBody?.content;
      if (body === 'audio/wav') expect(Object.keys(taken ?? {})).toEqual(['audio/wav']);
      else expect(described(onlyOf(taken)?.schema)).toEqual(body && contracted(body, 'input'));
      const asked = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
      const { properties = {} } = (query ? contracted(query, 'input') : {}) as { properties?: object };
      expect(asked.map((parameter) => parameter.name).sort()).toEqual(Object.keys(properties).sort());
    },
  );
});
