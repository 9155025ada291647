/** An answer's Markdown as a tree of plain values. The page turns it into elements. Nothing in it is HTML. */

export type Block =
  | { kind: 'paragraph'; children: readonly Inline[] }
  | { kind: 'heading'; depth: number; children: readonly Inline[] }
  /** `language`: the first word after the fence; empty if there is none. */
  | { kind: 'code'; language: string; text: string }
  | { kind: 'quote'; children: readonly Block[] }
  | { kind: 'list'; start: number | null; items: readonly ListItem[] }
  | { kind: 'table'; header: readonly Cell[]; rows: readonly (readonly Cell[])[] }
  | { kind: 'rule' }
  /** Shown exactly as it was written. */
  | { kind: 'plain'; text: string };

export interface ListItem {
  /** Whether a task is done; null for an ordinary item. */
  checked: boolean | null;
  /** False for a tight item, which shows its text without a paragraph around it. Its first block is still of kind `paragraph`. */
  isLoose: boolean;
  children: readonly Block[];
}

export interface Cell {
  align: 'left' | 'center' | 'right' | null;
  children: readonly Inline[];
}

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'strong' | 'emphasis' | 'deleted'; children: readonly Inline[] }
  | { kind: 'code'; text: string }
  /** `raw`: the source text, shown if the address must not be a link. `isBare`: the address itself is the link's text. */
  | { kind: 'link'; href: string; raw: string; isBare: boolean; children: readonly Inline[] }
  | { kind: 'image'; href: string; raw: string; alt: string }
  | { kind: 'break' };
