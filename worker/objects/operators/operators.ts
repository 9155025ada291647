import { DurableObject } from 'cloudflare:workers';
import type { Clock } from '../../core/clock.ts';
import type { DrillRecord } from '../../core/operators/drill.ts';
import type { AdminKeyRecord, AuditBegin, AuditEntry, OperatorsCalls } from '../../core/operators/operators.ts';
import { AuditRows } from './audit.ts';
import { DrillRows } from './drills.ts';
import { AdminKeyRows } from './keys.ts';

/**
 * Admin keys, the audit of all changes, and drills. They are in one object, so that a revoked key is refused at once, and changes have
 * one order. Each call is one synchronous turn, and its reply waits until its rows are durable.
 */
export class Operators extends DurableObject<unknown> implements Served<OperatorsCalls> {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #keys: AdminKeyRows;
  readonly #changes: AuditRows;
  readonly #drills: DrillRows;

  constructor(state: DurableObjectState, env: unknown, clock: Pick<Clock, 'now'>) {
    super(state, env);
    this.#clock = clock;
    this.#keys = new AdminKeyRows(state.storage.sql);
    this.#changes = new AuditRows(state.storage.sql);
    this.#drills = new DrillRows(state.storage.sql);
  }

  adminKey(hash: string): AdminKeyRecord | undefined {
    return this.#keys.byHash(hash);
  }

  createAdminKey(key: { hash: string; name: string; scope: 'read' | 'operate' }): AdminKeyRecord {
    return this.#keys.add(key, this.#clock.now());
  }

  listAdminKeys(): AdminKeyRecord[] {
    return this.#keys.all();
  }

  revokeAdminKey(id: string): { before: AdminKeyRecord; after: AdminKeyRecord } | undefined {
    return this.#keys.revoke(id, this.#clock.now());
  }

  begin(change: AuditBegin): boolean {
    return this.#changes.begin(change, this.#clock.now());
  }

  finish(id: string, from: unknown, to: unknown): void {
    this.#changes.finish(id, from, to);
  }

  drop(id: string): void {
    this.#changes.drop(id);
  }

  audit(before: number | undefined, most: number): AuditEntry[] {
    return this.#changes.list(before ?? Number.MAX_SAFE_INTEGER, most, this.#clock.now());
  }

  addDrill(drill: DrillRecord): void {
    this.#drills.add(drill);
  }

  drills(from: number, to: number): DrillRecord[] {
    return this.#drills.between(from, to);
  }
}

/** The calls as the object itself answers them, without the promise that a stub adds. */
type Served<Calls> = {
  [Name in keyof Calls]: Calls[Name] extends (...given: infer Given) => Promise<infer Reply>
    ? (...given: Given) => Reply
    : never;
};
