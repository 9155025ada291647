/** What `npm run budget -- show` and `history` print. */
import type { HistoryEntry } from '../../worker/core/ledger/book/rows.ts';
import type { Settlement } from '../../worker/core/ledger/book/settlements.ts';
import type { ScopeView } from '../../worker/core/ledger/book/view.ts';
import type { Limits, Scope } from '../../worker/core/ledger/types.ts';
import { limitName, limitsText, limitValue, table, usd, utcText } from './words.ts';

/** `GET /admin/ledger/:tenant`. */
export interface LedgerAnswer {
  tenant: string;
  scopes: ScopeView[];
  limits: { scope: Scope; set: Partial<Limits>; revoked: boolean }[];
  settlements: Settlement[];
  next: Scope | null;
  /** The names of keys, by id. */
  keyNames?: Record<string, string>;
}

/** `GET /admin/ledger/:tenant/history`. */
export interface HistoryAnswer {
  tenant: string;
  changes: (HistoryEntry & { number: number })[];
  next: number | null;
}

/** A period of `POST /admin/ledger/:tenant/adjustments`. */
export interface Correction {
  period: string;
  before: { spentMicroUsd: number };
  after: { spentMicroUsd: number };
}

/** What a correction by `deltaUsd`, or a reset without it, has made of a period. */
export function correctionText({ period, before, after }: Correction, deltaUsd = 0): string {
  const isCut = before.spentMicroUsd + Math.round(deltaUsd * 1e6) < after.spentMicroUsd;
  const spent = `${usd(before.spentMicroUsd)} → ${usd(after.spentMicroUsd)}`;
  return `${period}: spent ${spent}${isCut ? ' (it cannot go below $0)' : ''}`;
}

/** How many settlements are shown. `--json` prints all of them. */
const SETTLEMENTS_SHOWN = 20;

export function showLines(
  { tenant, scopes, limits, settlements, next, keyNames = {} }: LedgerAnswer,
  scope?: string,
): string[] {
  const ofScope = settlements.filter(({ scopes }) => scope === undefined || (scopes as string[]).includes(scope));
  const header = ['scope', 'period', 'cap', 'spent', 'held', 'unsettled', 'left'];
  return [
    `Tenant ${tenant}`,
    '',
    ...table([header, ...scopes.map((view) => moneyRow(view, calledAs(view.scope, keyNames)))], [2, 3, 4, 5, 6]),
    ...(next === null ? [] : [`More: npm run budget -- show --tenant ${tenant} --after ${quoted(next)}`]),
    '',
    ...(limits.length === 0
      ? ['No limit was set by hand.']
      : ['Set by hand, overriding the config:', ...table(limits.map(limitRow))]),
    '',
    ...(ofScope.length === 0
      ? ['No settlements yet.']
      : ['Last settlements:', ...table(ofScope.slice(0, SETTLEMENTS_SHOWN).map(settlementRow), [1])]),
  ];
}

/** The scope, with the key's name if it has one. */
function calledAs(scope: Scope, keyNames: Record<string, string>): string {
  const name = scope.startsWith('key:') ? keyNames[scope.slice('key:'.length)] : undefined;
  return name === undefined ? scope : `${scope} (${name})`;
}

/** Quotes a text for a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function moneyRow(view: ScopeView, scope: string): string[] {
  const { period, capMicroUsd, spentMicroUsd, reservedMicroUsd, unsettledMicroUsd } = view;
  const amounts = [spentMicroUsd, reservedMicroUsd, unsettledMicroUsd].map(usd);
  if (capMicroUsd === null) return [scope, period, 'none', ...amounts, '-'];
  // A cap that was lowered below what is already spent leaves nothing.
  const left = Math.max(0, capMicroUsd - spentMicroUsd - reservedMicroUsd);
  return [scope, period, usd(capMicroUsd), ...amounts, usd(left)];
}

const limitRow = ({ scope, set, revoked }: LedgerAnswer['limits'][number]): string[] => [
  `  ${scope}`,
  [revoked && 'revoked', limitsText(set)].filter(Boolean).join(', '),
];

function settlementRow({ grantedAt, spentMicroUsd, scopes, ...settlement }: Settlement): string[] {
  const marks = [
    settlement.estimated && 'estimated',
    settlement.standing === 'unsettled' && 'unsettled: no report came',
    settlement.overGranted && 'over what was granted',
    settlement.origin === 'unreachable' && 'the ledger was unreachable',
    settlement.mode === 'safeguard' && 'safeguard',
  ].filter(Boolean);
  return [`  ${utcText(grantedAt)}`, usd(spentMicroUsd), scopes.join(' '), marks.join(', ')];
}

export function historyLines({ tenant, changes, next }: HistoryAnswer): string[] {
  if (changes.length === 0) return [`Nothing was changed for ${tenant} yet.`];
  return [
    ...table(changes.map(changeRow)),
    ...(next === null ? [] : [`Older: npm run budget -- history --tenant ${tenant} --before ${next}`]),
  ];
}

const changeRow = ({ at, who, scope, field, from, to }: HistoryEntry): string[] => [
  utcText(at),
  who,
  scope,
  limitName(field),
  `${changed(field, from)} → ${changed(field, to)}`,
];

/** The value of a change as text. A field such as `spent 2026-11` is money too. */
function changed(field: string, value: HistoryEntry['from']): string {
  if (value === null) return 'config';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return field.startsWith('spent ') ? usd(value) : limitValue(field, value);
}
