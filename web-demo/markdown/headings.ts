/** Fits an answer's headings into the page's outline, which must not skip a level. */
import type { Block } from './nodes.ts';

/**
 * The level of each heading, by the position of its block. The first has `firstLevel`, and a deeper one is one level below the heading
 * that it belongs to. Levels of earlier headings do not depend on later ones.
 */
export function headingLevels(blocks: readonly Block[], firstLevel: number): number[] {
  const levels: number[] = [];
  /** The headings that the current one may belong to. */
  const above: { depth: number; level: number }[] = [];
  for (const [index, block] of blocks.entries()) {
    if (block.kind !== 'heading') continue;
    while ((above.at(-1)?.depth ?? 0) >= block.depth) above.pop();
    const level = Math.min(6, (above.at(-1)?.level ?? firstLevel - 1) + 1);
    above.push({ depth: block.depth, level });
    levels[index] = level;
  }
  return levels;
}
