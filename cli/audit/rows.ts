import type { AuditEntry } from '../../worker/core/operators/operators.ts';

/** `GET /admin/audit`. */
interface AuditAnswer {
  entries: AuditEntry[];
  /** The `before` of the next page. */
  next: number | null;
}

type Call = <Answer>(method: string, path: string) => Promise<Answer>;

/** The audit's rows, newest first, fetched page by page as they are consumed. */
export async function* auditRows(call: Call, start: { before?: string | undefined } = {}): AsyncGenerator<AuditEntry> {
  let query = start.before === undefined ? '' : `?${new URLSearchParams({ before: start.before })}`;
  for (;;) {
    const { entries, next }: AuditAnswer = await call('GET', `/admin/audit${query}`);
    yield* entries;
    if (next === null) return;
    query = `?before=${next}`;
  }
}
