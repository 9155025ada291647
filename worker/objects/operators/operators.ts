import { DurableObject } from 'cloudflare:workers';
import type { DrillRecord } from '../../core/operators/drill.ts';
import type { AdminKeyRecord, AuditBegin, AuditEntry, OperatorsCalls } from '../../core/operators/operators.ts';
import { AuditRows } from './audit.ts';
import { DrillRows } from './drills.ts';
import { AdminKeyRows } from './keys.ts';

/**
 * Who may operate the router besides root, every change that was made, and drills: one object, so that a revoked key is refused at
 * once and changes have one order. Each call is one synchronous turn, and its reply waits until its rows are durable.
 */
export class Operators extends DurableObject implements Served<OperatorsCalls> {
  readonly #keys: AdminKeyRows;
  readonly #changes: AuditRows;
  readonly #drills: DrillRows;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.#keys = new AdminKeyRows(ctx.storage.sql);
    this.#changes = new AuditRows(ctx.storage.sql);
    this.#drills = new DrillRows(ctx.storage.sql);
  }

  adminKey(hash: string): AdminKeyRecord | undefined {
    return this.#keys.byHash(hash);
  }

  createAdminKey(key: { hash: string; name: string; scope: 'read' | 'operate' }): AdminKeyRecord {
    return this.#keys.add(key, Date.now());
  }

  listAdminKeys(): AdminKeyRecord[] {
    return this.#keys.all();
  }

  revokeAdminKey(id: string): { before: AdminKeyRecord; after: AdminKeyRecord } | undefined {
    return this.#keys.revoke(id, Date.now());
  }

  begin(change: AuditBegin): void {
    this.#changes.begin(change, Date.now());
  }

  finish(id: string, from: unknown, to: unknown): void {
    this.#changes.finish(id, from, to);
  }

  drop(id: string): void {
    this.#changes.drop(id);
  }

  audit(before: number | undefined, most: number): AuditEntry[] {
    return this.#changes.list(before ?? Number.MAX_SAFE_INTEGER, most, Date.now());
  }

  addDrill(drill: DrillRecord): void {
    this.#drills.add(drill);
  }
}

/** The calls as the object itself has them: at once, where the stub's reply is a promise. */
type Served<Calls> = {
  [Name in keyof Calls]: Calls[Name] extends (...given: infer Given) => Promise<infer Reply>
    ? (...given: Given) => Reply
    : never;
};
