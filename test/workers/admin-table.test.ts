import { env } from 'cloudflare:workers';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod/mini';
import { adminRoutes } from '../../worker/admin/routes.ts';
import { ADMIN_ROUTES } from '../../worker/admin/table.ts';
import { wrongType } from '../../worker/core/config/wrong-type.ts';
import { compose } from '../../worker/deps.ts';
import type { App } from '../../worker/edge.ts';
import { ADMIN_PATHS } from '../../worker/endpoints/paths.ts';

const lines = ADMIN_ROUTES.map(({ method, path }) => `${method} /admin${path}`);

describe('the table of admin calls', () => {
  it('has a scope for each: read for what only looks, operate or root for what changes something', () => {
    for (const route of ADMIN_ROUTES) {
      expect(['read', 'operate', 'root']).toContain(route.scope);
      if (route.method === 'GET') expect([route.path, route.scope, route.changes]).toEqual([route.path, 'read', false]);
      else expect(['operate', 'root']).toContain(route.scope);
    }
    // Only root makes and revokes admin keys.
    const roots = ADMIN_ROUTES.filter(({ scope }) => scope === 'root').map(({ method, path }) => `${method} ${path}`);
    expect(roots).toEqual(['POST /admin-keys', 'DELETE /admin-keys/:id']);
  });

  it('says a call once, with a summary, and an example where there is a body', () => {
    expect(lines).toEqual([...new Set(lines)]);
    for (const { summary, body, example } of ADMIN_ROUTES) {
      expect(summary).toMatch(/^[A-Z].*[^.]$/);
      expect(example === undefined).toBe(body === undefined);
      if (example !== undefined) expect(() => JSON.parse(example)).not.toThrow();
    }
  });

  it('is all there is: no route of /admin is made beside it', () => {
    const app = new Hono<App>();
    adminRoutes(app);
    const made = app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`);
    expect(made.sort()).toEqual([...lines].sort());
  });

  it('is what GET / names', () => {
    const named = ADMIN_PATHS.flatMap((line) => {
      const [, methods = '', paths = ''] = /^([A-Z, ]+) (\/.+)$/.exec(line) ?? [];
      return paths
        .split(', ')
        .flatMap((path) => methods.split(', ').map((method) => `${method} ${path.split('?')[0]}`));
    });
    expect(named.sort()).toEqual([...lines].sort());
  });
});

const ODD = [
  ...['', ' ', '\u0000', '\ud800', 'x'.repeat(300), '__proto__', null, true, 0, -1, 1.5, 1e308, -1e308, 2 ** 53],
  ...[[], {}, [null], Array(1_000).fill('x')],
];

describe('what a call refuses', () => {
  const bodies = ADMIN_ROUTES.filter(({ body }) => body !== undefined);
  it.each(bodies.map((route) => [`${route.method} /admin${route.path}`, route] as const))(
    '%s says what would be right, in its own words, of each field',
    (_, { body, example = '{}' }) => {
      const schema = body?.(compose(env).config, Date.now()) as z.ZodMiniObject;
      for (const [field, value] of Object.keys(schema.shape).flatMap((name) =>
        ODD.map((odd) => [name, odd] as const),
      )) {
        const { error } = schema.safeParse({ ...JSON.parse(example), [field]: value }, { error: wrongType });
        // Only the first problem is reported.
        const said = error?.issues.find(({ path }) => path[0] === field)?.message;
        expect(`${field}: ${said}`).not.toMatch(/expected|Invalid|Too (big|small)/);
      }
    },
  );
});
