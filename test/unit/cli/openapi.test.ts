/** The admin API's description has every call of the table, and accepts what the schemas that check the calls accept. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fromJSONSchema } from 'zod';
import * as z from 'zod/mini';
import { type DescribedRoute, openApiDocument } from '../../../cli/openapi/document.ts';
import { adminRoutes, openApiPath, openApiText } from '../../../cli/openapi/write.ts';
import { settings } from '../../../worker/core/config/settings.ts';
import { ADMIN_PATHS } from '../../../worker/endpoints/paths.ts';

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: object;
}

interface Operation {
  operationId: string;
  summary: string;
  'x-carryon-scope': string;
  security: { adminKey: string[] }[];
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Record<string, { schema: z.core.JSONSchema.JSONSchema }> };
  responses: Record<string, { $ref?: string; description?: string; content?: Record<string, { schema?: object }> }>;
}

interface Document {
  openapi: string;
  info: Record<string, string>;
  paths: Record<string, Record<string, Operation>>;
}

const routes = (await adminRoutes()) as readonly (DescribedRoute & { example?: string })[];
const written = await openApiText();
const document = JSON.parse(written) as Document;
const operationOf = ({ method, path }: DescribedRoute) =>
  document.paths[`/admin${path.replace(/:(\w+)(\{.*?\})?/g, '{$1}')}`]?.[method.toLowerCase()];
const bodyOf = (operation: Operation | undefined) => operation?.requestBody?.content['application/json']?.schema;

it('in the repository is that of the table: npm run build writes it', async () => {
  expect(readFileSync(openApiPath, 'utf8')).toBe(written);
});

it('has at most 12 KB, gzipped', () => {
  expect(gzipSync(written).byteLength).toBeLessThanOrEqual(12 * 1024);
});

it('describes the reply of each call but its own', () => {
  const bare = routes.filter((route) => {
    const schema = operationOf(route)?.responses['2XX']?.content?.['application/json']?.schema;
    return schema === undefined || Object.keys(schema).length === 0;
  });
  expect(bare.map(({ path }) => path)).toEqual(['/openapi.json']);
});

it('holds exactly the calls of the table, each under a name of its own', () => {
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  expect(operations).toHaveLength(routes.length);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(routes.length);
});

describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (_, route) => {
  const operation = operationOf(route) as Operation;

  it('says its scope, what it does, and how it is refused', () => {
    expect(operation.summary).toBe(route.summary);
    expect([operation['x-carryon-scope'], operation.security]).toEqual([route.scope, [{ adminKey: [route.scope] }]]);
    expect(operation.responses.default).toEqual({ $ref: '#/components/responses/Error' });
    expect(operation.responses['2XX']?.description).toBeTruthy();
  });

  it('names each part of its path, and each parameter of its query', () => {
    const named = (place: string) =>
      (operation.parameters ?? []).filter((one) => one.in === place).map(({ name }) => name);
    expect(named('path')).toEqual([...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name));
    const query = route.query?.({ features: new Map(), slo: { objectives: [] } } as never, 0);
    expect(named('query')).toEqual(query instanceof z.ZodMiniObject ? Object.keys(query.shape) : []);
    for (const parameter of operation.parameters ?? []) {
      expect(parameter).toMatchObject({ name: expect.any(String), schema: { type: expect.any(String) } });
      if (parameter.in === 'path') expect(parameter.required).toBe(true);
    }
  });

  it('has a body where the call has one, and takes the example', () => {
    const body = bodyOf(operation);
    expect(body !== undefined).toBe(route.body !== undefined);
    if (body === undefined) return;
    const schema = fromJSONSchema(body);
    if (!route.example?.includes('…')) expect(schema.safeParse(JSON.parse(route.example ?? '')).success).toBe(true);
    expect(schema.safeParse('no object').success).toBe(false);
  });
});

it('has only calls that the answer to a wrong path names too', () => {
  const told = ADMIN_PATHS.flatMap((line) => {
    const [, methods = '', paths = ''] = /^([A-Z, ]+) (\/.*)$/.exec(line) ?? [];
    const named = paths.split(', ').map((path) => path.replace(/\?.*/, ''));
    return methods.split(', ').flatMap((method) => named.map((path) => `${method} ${path}`));
  });
  expect(told.toSorted()).toEqual(routes.map(({ method, path }) => `${method} /admin${path}`).toSorted());
});

it('refers only to what is in it, and holds no time and no name of a config', () => {
  const text = JSON.stringify(document);
  for (const [, path = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    let found: unknown = document;
    for (const part of path.split('/')) found = (found as Record<string, unknown>)[part];
    expect(found, path).toBeDefined();
  }
  expect(text).not.toMatch(/\$schema|readOnly|1000000000000|316224000000|"enum":\["(one|other)"\]/);
});

it('says what an end is, and leaves out the bounds of JavaScript’s numbers', () => {
  const pin = document.paths['/admin/pins/{alias}']?.put;
  expect(bodyOf(pin)?.properties).toMatchObject({
    until: { type: 'integer', description: expect.stringContaining('Epoch milliseconds') },
    forSeconds: { exclusiveMinimum: 0, maximum: 2_592_000, description: expect.stringContaining('in place of until') },
  });
  expect(JSON.stringify(document)).not.toContain(`${Number.MAX_SAFE_INTEGER}`);
});

it('leaves out what depends on the config or on the time, and keeps the rest', () => {
  const body: DescribedRoute['body'] = ({ features }, now) =>
    settings({
      feature: z.optional(z.enum([...features.keys()] as [string])),
      at: z.number().check(z.gt(now, 'later'), z.lt(9e15)),
      kind: z._default(z.enum(['a', 'b']), 'a'),
      list: z.readonly(z.array(z.string())),
    });
  const route: DescribedRoute = { method: 'PUT', path: '/things/:id', scope: 'operate', summary: 'Sets', body };
  const made = openApiDocument([route], { fields: {}, named: {} }, '1.2.3') as Document;
  const operation = made.paths['/admin/things/{id}']?.put;
  expect(operation?.operationId).toBe('putThingsId');
  expect(bodyOf(operation)).toEqual({
    type: 'object',
    properties: {
      feature: { type: 'string' },
      at: { type: 'number', exclusiveMaximum: 9e15 },
      kind: { default: 'a', type: 'string', enum: ['a', 'b'] },
      list: { type: 'array', items: { type: 'string' } },
    },
    required: ['at', 'list'],
    additionalProperties: false,
  });
});
