/**
 * Reports what travel mode saw while the router was out of reach. The reports go to the router after a later answer from the network,
 * with the credential of that request.
 */
import { REPORTS_AT_ONCE, reportsSettled } from './core/reports.ts';
import { isOurs } from './core/verdict.ts';
import { credentialOf } from './features.ts';
import type { Platform } from './platform.ts';
import { shortCall } from './short-call.ts';
import { hexOf } from './store/seal.ts';
import type { Person, ReportKind, Store } from './store/store.ts';
import { answeredBy } from './wire.ts';

export class Reports {
  readonly #router: string;
  readonly #platform: Platform;
  readonly #store: Pick<Store, 'report' | 'reports' | 'reported'>;
  #isSending = false;

  constructor(router: string, platform: Platform, store: Pick<Store, 'report' | 'reports' | 'reported'>) {
    this.#router = router;
    this.#platform = platform;
    this.#store = store;
  }

  /** Stores a report. `since`: when the page asked; `at`: when the worker saw the event. */
  note(person: Person, kind: ReportKind, feature: string, since: number, at = this.#platform.now()): Promise<void> {
    const id = hexOf(this.#platform.bytes(16));
    return this.#store.report(person, { id, at, kind, feature, waitedMs: Math.max(0, Math.round(at - since)) });
  }

  /** Sends the stored reports. `headers`: the headers of this person's request that the router has just answered. */
  async sendBehind(person: Person, headers: Headers): Promise<void> {
    const credential = credentialOf(headers);
    if (this.#isSending || credential === undefined) return;
    this.#isSending = true;
    try {
      const reports = await this.#store.reports(person, REPORTS_AT_ONCE);
      if (reports.length === 0) return;
      credential.set('content-type', 'application/json');
      const body = JSON.stringify({ reports });
      const init = { method: 'POST', headers: credential, body, redirect: 'error' } as const;
      const areSettled = await shortCall(this.#platform, `${this.#router}/ai/reports`, init, (response) =>
        reportsSettled(response.status, isOurs(answeredBy(response))),
      );
      // They were not delivered, so they stay until the next answer.
      if (!areSettled) return;
      await this.#store.reported(
        person,
        reports.map(({ id }) => id),
      );
    } finally {
      this.#isSending = false;
    }
  }
}
