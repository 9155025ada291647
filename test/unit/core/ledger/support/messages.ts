import { uuidV7 } from '../../../../../protocol/uuid-v7.ts';
import type {
  GrantReply,
  LeaseRequest,
  LimitRefusal,
  Report,
  Want,
} from '../../../../../worker/core/ledger/messages.ts';
import type { Limits, Scope } from '../../../../../worker/core/ledger/types.ts';

/** Saturday, 21 November 2026, noon UTC. */
export const NOON = Date.UTC(2026, 10, 21, 12);
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

let made = 0;

/** A new id with that time. */
export function idAt(ms: number): string {
  made++;
  return uuidV7(ms, [0, 0, 0, 0, 0, 0, made >>> 24, made >>> 16, made >>> 8, made]);
}

export const want = (microUsd: number, rest: Partial<Want> = {}): Want => ({
  microUsd,
  tokens: 0,
  requests: 1,
  parallel: 1,
  mode: 'normal',
  ...rest,
});

export interface AskParts {
  limits?: Partial<Record<Scope, Partial<Limits>>>;
  wants?: Want[];
  admitForMs?: number;
  runForMs?: number;
}

/** An ask for one request in the scopes that `limits` names; without any, in the tenant alone and without a limit. */
export const ask = (
  leaseId: string,
  microUsd: number,
  { limits = {}, wants, ...rest }: AskParts = {},
): LeaseRequest => ({
  leaseId,
  scopes: (Object.keys(limits).length === 0 ? ['tenant'] : Object.keys(limits)).map((scope) => ({
    scope: scope as Scope,
    limits: limits[scope as Scope] ?? {},
  })),
  wants: wants ?? [want(microUsd)],
  admitForMs: 5_000,
  runForMs: 60_000,
  ...rest,
});

export const report = (
  leaseId: string,
  spentMicroUsd: number,
  { freed = 0, parallel = 0, tokens = 0, ...rest }: ReportParts = {},
): Report => ({
  leaseId,
  spent: { microUsd: spentMicroUsd, tokens },
  freed: { microUsd: freed, tokens: 0, parallel },
  done: false,
  ...rest,
});

interface ReportParts {
  freed?: number;
  parallel?: number;
  tokens?: number;
  done?: boolean;
  estimated?: boolean;
  scopes?: Scope[];
}

export const done = (leaseId: string, spentMicroUsd: number, parts: ReportParts = {}): Report =>
  report(leaseId, spentMicroUsd, { ...parts, done: true });

export const isGranted = (reply: GrantReply): boolean => 'granted' in reply;

/** Why a limit refused; fails the test if it did not. */
export function refusalOf(reply: GrantReply): LimitRefusal {
  if ('granted' in reply || typeof reply.refused === 'string') {
    throw new Error(`no limit refused: ${JSON.stringify(reply)}`);
  }
  return reply.refused;
}
