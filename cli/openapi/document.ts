/** The admin API in OpenAPI 3.1, generated from the table of its calls and the schemas that check them. */
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { checkConfig } from '../../worker/core/config/check.ts';
import type { Config } from '../../worker/core/config/config.ts';
import { resolveConfig } from '../../worker/core/config/resolve.ts';
import type { AdminScope } from '../../worker/core/operators/operators.ts';
import { PRESETS } from '../../worker/providers/presets.ts';
import type { Schema, TypeSchemas } from './type-schemas.ts';

type InputSchema = (config: Config, now: number) => z.ZodMiniType;

/** The part of a row of the admin calls' table (worker/admin/route.ts) that is used here. */
export interface DescribedRoute {
  method: string;
  path: string;
  scope: AdminScope;
  summary: string;
  body?: InputSchema;
  query?: InputSchema;
  params?: InputSchema;
}

const JSON_BODY = 'application/json';

/** `replies`: the replies by method and path, as in the table. */
export function openApiDocument(routes: readonly DescribedRoute[], replies: TypeSchemas, version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = `/admin${openApiPath(route.path)}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, replies) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Carryon: the admin API',
      version,
      description:
        'Each call needs a key whose scope is at least its x-carryon-scope: root (ADMIN_KEY) may do what operate may, operate what read may. Times are epoch milliseconds. A 429 says in retry-after-ms when to ask again.',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: { adminKey: { type: 'http', scheme: 'bearer' } },
      responses: {
        Error: {
          description: 'Refused or failed; error.code names why',
          content: { [JSON_BODY]: { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
      schemas: { Error: ERROR, ...replies.named },
    },
  };
}

const ERROR = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['message', 'type', 'param', 'code'],
      properties: {
        message: { type: 'string' },
        type: { type: 'string' },
        param: { type: ['string', 'null'] },
        code: { type: ['string', 'null'] },
      },
    },
  },
};

/** `/keys/:id` and `/keys/:id{.+}` → `/keys/{id}`. */
const openApiPath = (path: string): string => path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}');

const pathNames = (path: string): string[] => [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');

function operation(route: DescribedRoute, { fields }: TypeSchemas): object {
  const { method, path, scope, summary, params, query, body } = route;
  const ofPath = params && jsonSchema(params);
  const ofQuery = query && jsonSchema(query);
  const reply = fields[`${method} ${path}`];
  const parameters = [
    ...pathNames(path).map((name) => ({
      ...{ name, in: 'path', required: true },
      schema: ofPath?.properties?.[name] ?? { type: 'string' },
    })),
    ...Object.entries(ofQuery?.properties ?? {}).map(([name, schema]) => {
      const isRequired = ofQuery?.required?.includes(name) === true;
      return { name, in: 'query', ...(isRequired && { required: true }), schema };
    }),
  ];
  return {
    operationId: operationId(method, path),
    summary,
    'x-carryon-scope': scope,
    security: [{ adminKey: [scope] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: { [JSON_BODY]: { schema: jsonSchema(body) } } } }),
    responses: {
      '2XX': {
        description: 'Done',
        content: { [JSON_BODY]: reply === undefined ? {} : { schema: reply } },
      },
      default: { $ref: '#/components/responses/Error' },
    },
  };
}

/** `GET /ledger/:tenant/history` → `getLedgerTenantHistory`. */
const operationId = (method: string, path: string): string =>
  method.toLowerCase() + (path.match(/[a-z]+/gi) ?? []).map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');

/**
 * The part of a schema that holds in any router at any time. What differs between two configs and times, such as the names of aliases, is
 * left out.
 */
function jsonSchema(input: InputSchema): Schema {
  const [one, other] = [jsonSchemaOf(input(ONE_CONFIG, 0)), jsonSchemaOf(input(OTHER_CONFIG, 1e12))];
  return inBoth(one, other) as Schema;
}

function jsonSchemaOf(schema: z.ZodMiniType): object {
  const { $schema, ...written } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema, path }) => {
      // Zod sets it for an immutable list. In OpenAPI it would mean that a call may not send the field.
      delete jsonSchema.readOnly;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      const name = path.at(-2) === 'properties' ? path.at(-1) : undefined;
      if (name === 'until' || name === 'forSeconds') jsonSchema.description = END[name];
    },
  });
  return written;
}

/** Descriptions of what no schema can express: the router's clock counts, and one of the two fields is enough. */
const END = {
  until: 'Epoch milliseconds in the future, at most 30 days ahead; not beside forSeconds',
  forSeconds: 'From now on, in place of until',
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function inBoth(one: unknown, other: unknown): unknown {
  if (isDeepStrictEqual(one, other)) return one;
  if (Array.isArray(one) && Array.isArray(other)) {
    const isPaired = one.length === other.length && one.every(isObject);
    return isPaired ? one.map((value, index) => inBoth(value, other[index])) : undefined;
  }
  if (!isObject(one) || !isObject(other)) return undefined;
  const shared = Object.entries(one).map(([keyword, value]) => [keyword, inBoth(value, other[keyword])]);
  return Object.fromEntries(shared.filter(([, value]) => value !== undefined));
}

const [ONE_CONFIG, OTHER_CONFIG] = [configOf('one'), configOf('other')];

/** A config in which every alias, feature, deployment and tier has this name. */
function configOf(name: string): Config {
  const price = { input: 1, output: 1 };
  const checked = checkConfig(
    {
      aliases: { [name]: { deployments: [{ id: name, provider: 'openai', model: name, price }] } },
      features: { [name]: { alias: name } },
      defaultFeature: name,
      tiers: { [name]: {} },
    },
    PRESETS,
  );
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  return resolveConfig(checked.value, {}, PRESETS).config;
}
