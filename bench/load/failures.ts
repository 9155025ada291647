/** The failures of a run: their number, and the first as an example. A run with failures proves nothing about speed. */
export class Failures {
  count = 0;
  first: string | undefined;

  add(reason: string): void {
    this.count += 1;
    this.first ??= reason;
  }
}
