/** Finds what a text cites (pages, their headings, decisions, rules of the ledger, files) and says which of it does not exist. */

/** What the repository has to be cited. */
export interface Citable {
  /** Paths of all files. */
  files: ReadonlySet<string>;
  /** Headings by the path of their page. */
  headings: ReadonlyMap<string, readonly string[]>;
  /** Numbers of the ledger's rules, in order. */
  rules: readonly number[];
}

export const RULES_PAGE = 'docs/ledger.md';

/** Pages, plans and trackers of the builders, which nobody who clones the repository can read. */
const NOT_HERE =
  /\b(?:DESIGN|LEDGER|PLATFORM|BROWSER|STYLE|PROMISES|OPERATIONS)\b|\bfindings\b|\bissues?:? ?(?:#|no\. ?)?\d+|"must show"/gi;
const IN_CAPITALS = /^[A-Z]+$/;

const RULE = /\b(ledger )?rules? (\d+(?:(?:,| to| and|–) ?\d+)*)\b(?!\.\d)/gi;
const DECISION = /\bdecisions? (\d{4})\b/gi;
const PAGE = /(?<![\w./-])(?:docs\/[\w./-]*\w|[A-Z]{4,})\.md\b(?:#([\w-]+))?((?:(?:,| and)? "[^"]+")*)/g;
const LINK = /\]\(([^)\s]+)\)/g;
const SOURCE_FILE = /(?<![\w/.*{-])(?=\w)(?:[\w-]+\/)*[\w.-]*\w\.(?:ts|tsx|mjs)\b(?!\.)/g;
const COMMENT = /\/\*[\s\S]*?\*\/|(?<![:"'`])\/\/.*/g;
const CODE_SPAN = /`[^`\n]+`/g;

/** What `text`, the file at `path`, cites although it does not exist; a sentence for each. */
export function deadCitations(path: string, text: string, citable: Citable): string[] {
  const { files, headings, rules } = citable;
  const isPage = path.endsWith('.md');
  const whole = isPage ? text : unwrapped(text);
  const dead: string[] = [];

  for (const [cited] of whole.matchAll(NOT_HERE)) {
    const isName = /^(?:design|ledger|platform|browser|style|promises|operations)$/i.test(cited);
    if (!isName || IN_CAPITALS.test(cited)) dead.push(`"${cited}" is not in the repository`);
  }
  for (const [cited, ofLedger, list = ''] of path === RULES_PAGE ? [] : whole.matchAll(RULE)) {
    if (ofLedger === undefined) dead.push(`"${cited}": write "ledger ${cited}"`);
    for (const number of list.match(/\d+/g) ?? []) {
      if (!rules.includes(Number(number))) dead.push(`${RULES_PAGE} has no rule ${number}`);
    }
  }
  for (const [, number = ''] of whole.matchAll(DECISION)) {
    if (![...files].some((file) => file.startsWith(`docs/decisions/${number}-`)))
      dead.push(`there is no decision ${number}`);
  }
  for (const [cited, anchor, quoted = ''] of whole.matchAll(PAGE)) {
    const page = cited.replace(/(?<=\.md).*$/, '');
    dead.push(
      ...missing(
        page,
        anchor,
        Array.from(quoted.matchAll(/"([^"]+)"/g), ([, heading = '']) => heading),
      ),
    );
  }
  for (const [, target = ''] of isPage ? whole.matchAll(LINK) : []) {
    if (/^[a-z]+:/.test(target)) continue;
    const [to = '', anchor] = target.split('#');
    dead.push(...missing(to === '' ? path : joined(path, to), anchor, []));
  }
  const naming = isPage ? CODE_SPAN : COMMENT;
  for (const [part] of text.matchAll(naming)) {
    for (const [name] of part.matchAll(SOURCE_FILE)) {
      if (!files.has(name) && ![...files].some((file) => file.endsWith(`/${name}`)))
        dead.push(`there is no file ${name}`);
    }
  }
  return dead;

  function missing(page: string, anchor: string | undefined, named: readonly string[]): string[] {
    const isThere = files.has(page) || [...files].some((file) => file.startsWith(`${page.replace(/\/$/, '')}/`));
    if (!isThere) return [`there is no ${page}`];
    const known = headings.get(page) ?? [];
    if (anchor !== undefined && page.endsWith('.md') && !known.map(anchorOf).includes(anchor))
      return [`${page} has no heading #${anchor}`];
    return named.filter((heading) => !known.includes(heading)).map((heading) => `${page} has no heading "${heading}"`);
  }
}

/**
 * Which files a row of a table names wrongly: each path must exist, and a name without a path must be in the folder of the path
 * before it, so that a reader of the row finds it.
 */
export function deadPlaces(row: string, files: ReadonlySet<string>): string[] {
  const dead: string[] = [];
  let folder = '';
  for (const [, span = ''] of row.matchAll(/`([^`]+)`/g)) {
    const path = span.replace(/\/$/, '');
    const isFile = /^[\w./-]+\.(?:tsx?|mjs)$/.test(path);
    if (files.has(path)) {
      if (path.includes('/')) folder = path.replace(/\/[^/]*$/, '');
    } else if (isFile) {
      if (!files.has(`${folder}/${path}`)) dead.push(`there is no ${path} in ${folder === '' ? 'the root' : folder}`);
    } else if ([...files].some((file) => file.startsWith(`${path}/`))) folder = path;
  }
  return dead;
}

/** The headings of a page, without their marks. */
export const headingsOf = (page: string): string[] =>
  [...page.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading.trim());

/** The numbers of the rules, as the page of the ledger's rules counts them. */
export const rulesOf = (page: string): number[] =>
  [...page.matchAll(/^(\d+)\. \*\*/gm)].map(([, rule]) => Number(rule));

/** The ledger's rules that a text cites, each rule of a range. */
export const rulesCited = (text: string): number[] =>
  [...unwrapped(text).matchAll(RULE)].flatMap(([, , list = '']) =>
    list.split(/,| and/).flatMap((part) => {
      const [from = 0, to = from] = (part.match(/\d+/g) ?? []).map(Number);
      return Array.from({ length: to - from + 1 }, (_, index) => from + index);
    }),
  );

/** As GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

/** Comments break their lines anywhere, so also within a citation. */
const unwrapped = (code: string): string => code.replace(/\n\s*(?:\*(?!\/)|\/\/)?[ \t]*/g, ' ');

function joined(from: string, to: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of to.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
