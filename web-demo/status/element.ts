/** Makes elements without parsing markup, so that text from the router is only ever text. */

type Child = Node | string | false | null | undefined;

/** Makes an element. `null` and `false` leave an attribute or a child out, and `true` makes an attribute without a value. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | boolean | null>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== null && value !== false) made.setAttribute(name, value === true ? '' : value);
  made.append(...children.filter((child) => child !== false && child !== null && child !== undefined));
  return made;
}

const PATHS = {
  good: 'M7 12.5l3.5 3.5L17 9',
  warn: 'M12 6.5v7M12 17v.01',
  bad: 'M8 8l8 8M16 8l-8 8',
  away: 'M8 12h.01M12 12h.01M16 12h.01',
} as const;

export type Tone = keyof typeof PATHS;

const SVG = 'http://www.w3.org/2000/svg';

/** A mark in a disc. It is decoration, because words say the same. */
export function mark(tone: Tone): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [name, value] of [
    ['viewBox', '0 0 24 24'],
    ['class', 'mark'],
    ['aria-hidden', 'true'],
  ] as const)
    svg.setAttribute(name, value);
  const disc = document.createElementNS(SVG, 'circle');
  for (const name of ['cx', 'cy', 'r']) disc.setAttribute(name, '12');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[tone]);
  svg.append(disc, path);
  return svg;
}
