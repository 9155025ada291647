/** What no claim of a token can do; and how often a key set is read, whatever tokens arrive. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SignIn } from '../../../../worker/core/config/config.ts';
import { publicJwks } from '../../../../worker/core/identity/jwk.ts';
import { isKept, type KeySetTimes, keySetStep, readAgainMs } from '../../../../worker/core/identity/key-set-times.ts';
import { signedInIdentity, signInOf } from '../../../../worker/core/identity/sign-in.ts';
import { claimsExpiry, looksLikeToken, ownIdentity } from '../../../../worker/core/identity/token-claims.ts';

const NOW = 1_800_000_000_000;
const SIGN_IN: SignIn = {
  ...{ issuer: 'https://team.example/', jwksUrl: 'https://team.example/jwks', audience: 'router', tenant: 'acme' },
  ...{ userClaim: 'sub', features: ['chat'], algorithms: ['ES256'] },
};
const NAMES = [
  'iss',
  'aud',
  'sub',
  'tenant',
  'features',
  'tier',
  'key',
  'keyId',
  'user',
  'kind',
  'drill',
  'exp',
  'nbf',
  'iat',
  '__proto__',
  'constructor',
];
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('carryon', 'router', NOW / 1_000 + 60, 'acme', 'ana', 'https://team.example/'),
);
const claims = fc.dictionary(fc.constantFrom(...NAMES), value);
const good = { iss: SIGN_IN.issuer, aud: 'router', sub: 'ana', exp: NOW / 1_000 + 60, nbf: 0 };

it('no claim of a sign-in gives more than config says', () => {
  fc.assert(
    fc.property(claims, fc.boolean(), (written, isGood) => {
      const all = isGood ? { ...written, ...good } : written;
      const identity = signedInIdentity({ alg: 'ES256' }, all, SIGN_IN, NOW);
      if (isGood) expect(identity).toMatchObject({ value: { user: 'ana' } });
      if (!identity.ok) return;
      const { user, expiresAt, ...rest } = identity.value;
      expect(rest).toEqual({
        ...{ tenant: 'acme', keyId: 'issuer:https://team.example/', kind: 'token', features: ['chat'], tier: null },
        ...{ browser: false, origins: [] },
      });
      expect(user).toBeTruthy();
      expect(expiresAt).toBeGreaterThan(NOW);
    }),
  );
});

it('any claims are judged, and none throws', () => {
  fc.assert(
    fc.property(claims, (written) => {
      const judged = [
        ownIdentity(written, NOW),
        claimsExpiry(written, { audience: 'router', skewMs: 0 }, NOW),
        signInOf(written, [SIGN_IN]),
        publicJwks({ keys: [written, ...Object.values(written)] }),
      ];
      expect(judged).toHaveLength(4);
      expect(judged[0]).not.toHaveProperty('drill');
      if (signInOf(written, [SIGN_IN]) !== undefined) expect(written.iss).toBe(SIGN_IN.issuer);
    }),
  );
});

it('no virtual key looks like a token, and every JWT does', () => {
  fc.assert(
    fc.property(fc.constantFrom('sk-', 'pk-'), fc.string(), (prefix, rest) => {
      expect(looksLikeToken(prefix + rest)).toBe(false);
    }),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 1, 2), (header, indent) => {
      const text = Buffer.from(JSON.stringify(header, null, indent)).toString('base64url');
      expect(looksLikeToken(`${text}.e30.`)).toBe(true);
    }),
  );
});

it('a key set is read at most once in 30 s, and used for no longer than it counts', () => {
  const event = fc.record({
    afterMs: fc.oneof(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: 0, max: 100_000_000 })),
    isUnknown: fc.boolean(),
    /** How the read ends, if this request starts one; the request may die with it. */
    ends: fc.constantFrom('read', 'failed', 'never'),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      let now = NOW;
      let times: KeySetTimes = { readAt: undefined, triedAt: undefined, isReading: false, failedAt: undefined };
      const begun: number[] = [];
      for (const { afterMs, isUnknown, ends } of events) {
        now += afterMs;
        const step = keySetStep(times, isUnknown, now);
        expect(isKept(times, now)).toBe(times.readAt !== undefined && now - times.readAt < 86_400_000);
        if (step === 'use') expect(times.triedAt).toBeDefined();
        if (step === 'wait') expect(now - (times.triedAt ?? 0)).toBeLessThan(6_000);
        const isDown = times.failedAt !== undefined && now - times.failedAt < 60_000;
        const trustedMs = isDown ? 86_400_000 : 600_000;
        if (step === 'use, and read behind') expect(now - (times.readAt ?? 0)).toBeLessThan(trustedMs);
        if (step !== 'read' && step !== 'use, and read behind') continue;
        expect(readAgainMs(times, now)).toBe(0);
        begun.push(now);
        times = { ...times, triedAt: now, isReading: ends === 'never' };
        if (ends === 'read') times = { ...times, readAt: now, failedAt: undefined };
        if (ends === 'failed') times = { ...times, failedAt: now };
      }
      for (const [at, time] of begun.entries()) {
        if (at > 0) expect(time - (begun[at - 1] ?? 0)).toBeGreaterThanOrEqual(30_000);
      }
    }),
  );
});
