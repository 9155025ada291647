/**
 * Ids of tool calls as Anthropic takes them: letters, digits, `_` and `-`, and no two calls of a conversation alike. Other
 * providers' ids have more characters (`functions.search:0`), and some begin anew with each turn (`call_0`).
 */
export class CallIds {
  readonly #sent = new Map<string, SentIds>();
  readonly #taken = new Set<string>();
  /** How often an id was wanted already, so that a thousand alike are not a million tries. */
  readonly #wanted = new Map<string, number>();

  ofCall(id: string): string {
    const free = this.#free(mended(id));
    const sent = this.#sent.get(id);
    if (sent === undefined) this.#sent.set(id, { ids: [free], answered: 0 });
    else {
      sent.answered = Math.min(sent.answered, sent.ids.length);
      sent.ids.push(free);
    }
    return free;
  }

  /** Of the first call with this id that has no result yet, or of its last. */
  ofResult(id: string): string {
    const sent = this.#sent.get(id);
    return sent?.ids[Math.min(sent.answered++, sent.ids.length - 1)] ?? mended(id);
  }

  #free(wish: string): string {
    let count = this.#wanted.get(wish) ?? 1;
    let free = wish;
    for (; this.#taken.has(free); count++) free = `${wish}_${count + 1}`;
    this.#wanted.set(wish, count);
    this.#taken.add(free);
    return free;
  }
}

/** What calls of one id were sent as, in order, and how many of them have their result. */
interface SentIds {
  ids: string[];
  answered: number;
}

const mended = (id: string): string => id.replace(/[^\w-]/g, '_');
