/** Calls all listeners that wait for an answer to change. */
export class ChangeListeners {
  readonly #listeners = new Set<() => void>();

  /** Calls `run` after every change, until the returned function is called. */
  listen(run: () => void): () => void {
    this.#listeners.add(run);
    return () => void this.#listeners.delete(run);
  }

  /** Resolves as soon as `isSo` is true. */
  until(isSo: () => boolean): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise((resolve) => {
      const unlisten = this.listen(() => {
        if (!isSo()) return;
        unlisten();
        resolve();
      });
    });
  }

  notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
