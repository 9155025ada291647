/** What an answer's Markdown means: a tree of plain values. The page turns it into elements; nothing in it is HTML. */

export type Block =
  | { kind: 'paragraph'; children: readonly Inline[] }
  | { kind: 'heading'; depth: number; children: readonly Inline[] }
  /** `language`: the first word after the fence; empty where there is none. */
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
  /** A tight item holds its text without a paragraph around it: then the first block is of kind `paragraph` and `isLoose` is false. */
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
  /** `raw` is what was written, for an address that no link may have. `isBare`: the address stands for itself. */
  | { kind: 'link'; href: string; raw: string; isBare: boolean; children: readonly Inline[] }
  | { kind: 'image'; href: string; raw: string; alt: string }
  | { kind: 'break' };
