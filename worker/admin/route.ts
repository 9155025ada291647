/** One line of the table of admin calls (table.ts). */
import type { Context } from 'hono';
import type * as z from 'zod/mini';
import type { Config } from '../core/config/config.ts';
import type { AdminScope, Operator } from '../core/operators/operators.ts';
import type { App } from '../edge.ts';
import type { Change } from './change.ts';

/** A checked call. `params` are the parameters of the path. Body, query and params are undefined if the line has no schema for them. */
export interface AdminCall<Body = undefined, Query = undefined, Params = undefined> {
  c: Context<App>;
  operator: Operator;
  body: Body;
  query: Query;
  params: Params;
}

/** Makes the schema that checks a call's input. The API's description is made from it too. `now` is in epoch milliseconds. */
export type InputSchema<Value> = (config: Config, now: number) => z.ZodMiniType<Value>;

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

interface Line {
  method: Method;
  /** The path below `/admin`, as Hono writes it. */
  path: string;
  /** The lowest scope that allows the call. */
  scope: AdminScope;
  /** One sentence for the API's description. */
  summary: string;
  body?: InputSchema<unknown>;
  /** An example of a body, shown to callers whose body is not JSON. */
  example?: string;
  query?: InputSchema<unknown>;
  params?: InputSchema<unknown>;
}

/** A call that changes nothing. */
export interface ViewRoute extends Line {
  changes: false;
  handler(call: AdminCall<unknown, unknown, unknown>): Promise<Response>;
}

/** A call that changes something. The handler returns the change, which routes.ts makes and audits, or a refusal. */
export interface ChangeRoute extends Line {
  changes: true;
  handler(call: AdminCall<unknown, unknown, unknown>): Promise<Change | Response>;
}

/** One line of the table. */
export type AdminRoute = ViewRoute | ChangeRoute;

/** The schemas that a handler needs: one for each of body, query and path that it reads. */
type Schemas<Body, Query, Params> = ([Body] extends [undefined]
  ? { body?: undefined; example?: undefined }
  : { body: InputSchema<Body>; example: string }) &
  ([Query] extends [undefined] ? { query?: undefined } : { query: InputSchema<Query> }) &
  ([Params] extends [undefined] ? { params?: undefined } : { params: InputSchema<Params> });

/** A call that changes nothing. */
export const view = <Body, Query, Params>(
  method: Method,
  path: string,
  scope: AdminScope,
  more: Schemas<Body, Query, Params> & {
    summary: string;
    handler: (call: AdminCall<Body, Query, Params>) => Promise<Response>;
  },
): AdminRoute => ({ method, path, scope, changes: false, ...more }) as ViewRoute;

/** A call that changes something. */
export const change = <Body, Query, Params>(
  method: Exclude<Method, 'GET'>,
  path: string,
  scope: Exclude<AdminScope, 'read'>,
  more: Schemas<Body, Query, Params> & {
    summary: string;
    handler: (call: AdminCall<Body, Query, Params>) => Promise<Change | Response>;
  },
): AdminRoute => ({ method, path, scope, changes: true, ...more }) as ChangeRoute;
