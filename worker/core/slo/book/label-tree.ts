/** Values by labels. A look-up builds no string. */

/** A tree with a level for each label. Its values are at the leaves. */
export class LabelTree<Value> {
  readonly #children = new Map<string, LabelTree<Value>>();
  value: Value | undefined;

  at(label: string): LabelTree<Value> {
    let child = this.#children.get(label);
    if (child === undefined) {
      child = new LabelTree();
      this.#children.set(label, child);
    }
    return child;
  }

  remove(label: string): void {
    this.#children.delete(label);
  }

  /** The leaf with these labels. If there is none yet, it is made. */
  leaf(labels: readonly string[]): LabelTree<Value> {
    let leaf: LabelTree<Value> = this;
    for (const label of labels) leaf = leaf.at(label);
    return leaf;
  }

  /** Every value with its labels. */
  *entries(labels: readonly string[] = []): Iterable<[labels: readonly string[], value: Value]> {
    if (this.value !== undefined) yield [labels, this.value];
    for (const [label, child] of this.#children) yield* child.entries([...labels, label]);
  }

  toJSON(): [labels: readonly string[], value: Value][] {
    return [...this.entries()];
  }

  load(entries: Iterable<[labels: readonly string[], value: Value]>): void {
    for (const [labels, value] of entries) this.leaf(labels).value = value;
  }
}

/** Adds to a counter. */
export function increase(leaf: LabelTree<number>, amount: number): void {
  leaf.value = (leaf.value ?? 0) + amount;
}
