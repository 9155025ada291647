/** A document that carries its facts, and so knows when and how they last changed. */
import * as z from 'zod/mini';
import { type Change, changesBetween, type Facts } from './changes.ts';
import { escapeMarkdown } from './markdown.ts';

/** A document made from today's config. */
export interface Draft {
  /** Markdown. */
  title: string;
  /** Lines of Markdown. */
  body: readonly string[];
  facts: Facts;
}

const stored = z.object({
  updated: z.string().check(z.regex(/^\d{4}-\d\d-\d\d$/)),
  facts: z.record(z.string(), z.record(z.string(), z.string())),
  changes: z.array(z.object({ date: z.string(), lines: z.array(z.string()) })),
});

/** What a file stores about its earlier generations. */
interface Memory {
  updated: string;
  facts: Facts;
  changes: readonly Change[];
}

const FIRST = 'First version.';
const REWORDED = 'The wording changed. What it says did not.';

/**
 * The file's new text. `earlier`: its present text, null if there is no file. `today`: a date such as `2026-11-29`. If nothing has
 * changed, the text stays as it is, date included. Returns undefined if Carryon did not write the present file, which must then not be overwritten.
 */
export function documentText(draft: Draft, earlier: string | null, today: string): string | undefined {
  const { facts } = draft;
  if (earlier === null) return rendered(draft, { updated: today, facts, changes: [{ date: today, lines: [FIRST] }] });
  const before = memoryOf(earlier);
  if (before === undefined) return undefined;
  const lines = changesBetween(before.facts, facts);
  if (lines.length === 0) {
    const same = rendered(draft, { ...before, facts });
    if (same === earlier.replaceAll('\r\n', '\n')) return earlier;
  }
  const change = { date: today, lines: lines.length === 0 ? [REWORDED] : lines };
  return rendered(draft, { updated: today, facts, changes: [change, ...before.changes] });
}

function rendered({ title, body }: Draft, memory: Memory): string {
  const changes = memory.changes.flatMap(({ date, lines }) => [
    `- **${escapeMarkdown(date)}**`,
    ...lines.map((line) => `  - ${escapeMarkdown(line)}`),
  ]);
  return [
    ...[`# ${title}`, '', `Last updated: ${memory.updated}`, '', ...body, '', '## Changes', '', ...changes, ''],
    '<!-- Carryon writes this file from carryon.config.ts, and overwrites changes by hand. It reads the next line to tell what has changed. -->',
    `${OPENING}${commentSafe(JSON.stringify(memory))}${CLOSING}`,
    '',
  ].join('\n');
}

const [OPENING, CLOSING] = ['<!-- carryon-facts ', ' -->'];

/** Escapes JSON so that it cannot end the comment around it. */
const commentSafe = (json: string): string =>
  json.replace(/[<>&]|-(?=-)/g, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);

function memoryOf(text: string): Memory | undefined {
  const line = text.split(/\r?\n/).findLast((one) => one.startsWith(OPENING) && one.endsWith(CLOSING));
  if (line === undefined) return undefined;
  try {
    return stored.parse(JSON.parse(line.slice(OPENING.length, -CLOSING.length)));
  } catch {
    return undefined;
  }
}
