/** Admin keys and the audit of changes: rows of the `Operators` object. */

import type { DrillRecord } from './drill.ts';

/** What an admin route requires: `read` to see, `operate` to change, `root` (`ADMIN_KEY`) to create and revoke admin keys. */
export type AdminScope = 'read' | 'operate' | 'root';

/** An `ak-…` key. The key itself is stored nowhere. */
export interface AdminKeyRecord {
  id: string;
  name: string;
  scope: 'read' | 'operate';
  createdAt: number;
  revokedAt: number | null;
}

/** The caller of the admin API. */
export interface Operator {
  /** The id of the admin key, or `root`. */
  id: string;
  /** The name in the audit: the key's name, or `root`. */
  name: string;
  scope: AdminScope;
}

/** A change that is about to be made. */
export interface AuditBegin {
  /** The call's request id, because each call makes one change. */
  id: string;
  who: string;
  /** Method and path, such as `PUT /admin/pins/app%2Fchat`. */
  call: string;
  /** The change in a few words, such as `pin app/chat`. */
  what: string;
}

/** One change as `GET /admin/audit` shows it. */
export interface AuditEntry extends AuditBegin {
  number: number;
  at: number;
  from: unknown;
  to: unknown;
  /** Set if the change was begun and never finished. It may or may not have been made. */
  pending?: true;
}

/** What the admin API asks of the `Operators` object. */
export interface OperatorsCalls {
  /** Finds a key by its hash. Returns undefined if it is unknown or revoked. */
  adminKey(hash: string): Promise<AdminKeyRecord | undefined>;
  createAdminKey(key: { hash: string; name: string; scope: 'read' | 'operate' }): Promise<AdminKeyRecord>;
  listAdminKeys(): Promise<AdminKeyRecord[]>;
  /** The record before and after. Undefined if there is no such id. */
  revokeAdminKey(id: string): Promise<{ before: AdminKeyRecord; after: AdminKeyRecord } | undefined>;
  /** Returns false if a change with this id was begun before. */
  begin(change: AuditBegin): Promise<boolean>;
  finish(id: string, from: unknown, to: unknown): Promise<void>;
  /** Deletes a begun change that turned out to change nothing. */
  drop(id: string): Promise<void>;
  /** The changes with numbers below `before`, the newest first. */
  audit(before: number | undefined, most: number): Promise<AuditEntry[]>;
  addDrill(drill: DrillRecord): Promise<void>;
  /** The drills that ran at some time between `from` and `to`: at most 100, the newest first. */
  drills(from: number, to: number): Promise<DrillRecord[]>;
}
