/** The clock of a Worker under test goes ahead where a question tells it to. */
let aheadMs = 0;
const { now } = Date;
Date.now = () => now() + aheadMs;

/** Reads "21 minutes later" in the text of a request. */
export function goAhead(text) {
  aheadMs += Number(/(\d+) minutes later/.exec(text)?.[1] ?? 0) * 60_000;
}
