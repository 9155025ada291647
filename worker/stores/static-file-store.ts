import type { StaticFiles } from '../ports.ts';

/** Reads static files through the platform's binding. They belong to this version of the Worker, so an isolate reads each only once. */
export class StaticFileStore implements StaticFiles {
  readonly #binding: Fetcher | undefined;
  readonly #texts = new Map<string, string>();

  constructor(binding: Fetcher | undefined) {
    this.#binding = binding;
  }

  text(path: string): string | undefined | Promise<string | undefined> {
    return this.#texts.get(path) ?? this.#read(path);
  }

  async #read(path: string): Promise<string | undefined> {
    const response = await this.#binding?.fetch(new URL(path, 'https://static-files.invalid'));
    if (response === undefined || response.status === 404) return undefined;
    const text = await response.text();
    if (!response.ok) throw new Error(`the static file ${path} could not be read: ${response.status}`);
    this.#texts.set(path, text);
    return text;
  }
}
