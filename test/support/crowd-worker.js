/** Runs requests whose messages to one ledger travel together, without the rest of the router. */
import { LedgerCalls } from '../../worker/stores/ledger-calls.ts';

const FIGURES = { spent: { microUsd: 0, tokens: 0 }, freed: { microUsd: 0, tokens: 0, parallel: 0 } };
const message = () => ({ reports: [{ leaseId: 'a', ...FIGURES, done: true }], longestMs: 30_000 });
const answered = (reports) => ({ reports: reports.map(() => 'applied'), grants: [] });

const clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
const calls = new LedgerCalls(clock);
/** No request of this one ever waits for a timer. */
const standing = new LedgerCalls({ now: () => 0, after: () => () => {} });

/** Runs rounds until V8 has compiled the code for good. */
async function warm(rounds) {
  for (let round = 0; round < rounds; round++) {
    await Promise.all(Array.from({ length: 4 }, () => standing.send(message(), async (reports) => answered(reports))));
  }
  return new Response();
}

export default {
  async fetch(request) {
    const rounds = new URL(request.url).searchParams.get('warm');
    if (rounds !== null) return warm(Number(rounds));
    await calls.send(message(), async (reports) => {
      await new Promise((resume) => clock.after(3, resume));
      return answered(reports);
    });
    return new Response(await request.text());
  },
};
