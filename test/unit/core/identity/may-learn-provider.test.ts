import { describe, expect, it } from 'vitest';
import { ANY_TENANT, type Tenant } from '../../../../worker/core/config/config.ts';
import type { Identity } from '../../../../worker/core/identity/identity.ts';
import { mayLearnProvider } from '../../../../worker/core/identity/may-learn-provider.ts';

const tenants = new Map<string, Tenant>([
  ['shows', { ...ANY_TENANT, showsProvider: true }],
  ['hides', { ...ANY_TENANT, showsProvider: false }],
  ['silent', ANY_TENANT],
]);

const may = (kind: Identity['kind'], tenant: string, local: boolean) =>
  mayLearnProvider({ kind, tenant }, { tenants }, local);

describe('which provider served', () => {
  it.each([true, false])('a server learns, whatever its tenant shows to pages (local: %s)', (local) => {
    for (const tenant of ['shows', 'hides', 'silent', 'unnamed']) expect(may('secret', tenant, local)).toBe(true);
  });

  it('a page learns where its tenant says so, and locally where it says nothing', () => {
    for (const kind of ['publishable', 'token'] as const) {
      expect([true, false].map((local) => may(kind, 'shows', local))).toEqual([true, true]);
      expect([true, false].map((local) => may(kind, 'hides', local))).toEqual([false, false]);
      for (const tenant of ['silent', 'unnamed']) {
        expect([true, false].map((local) => may(kind, tenant, local))).toEqual([true, false]);
      }
    }
  });
});
