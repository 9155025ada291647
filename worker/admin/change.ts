/** What a call of the admin API changes, in the shape that the audit log needs. */

/** A call whose inputs have all been checked. Nothing is changed before `make` runs. */
export interface Change {
  /** In a few words, such as `pin app/chat`; no secret, no prompt. */
  what: string;
  make(): Promise<Made>;
}

export type Made =
  | { outcome: 'changed'; from: unknown; to: unknown; reply: Response }
  /** Refused after all, or it was so already. */
  | { outcome: 'nothing'; reply: Response }
  /** No answer came in time: it may have been changed. */
  | { outcome: 'unknown'; reply: Response };
