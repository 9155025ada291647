/** marked's lexer, with bounds. It never nests deeper than a reader can see, and it reads no HTML. */
import { Lexer, type Links, type Token, Tokenizer, type TokensList } from 'marked';

/** Deeper nesting is shown as it was written. */
export const MAX_NESTING = 12;
/**
 * The limit for the cost of marks within a text. Finding the partner of each mark takes time in proportion to the text around it. An
 * ordinary paragraph costs far less. One that costs more is shown as it was written.
 */
const MAX_INLINE_COST = 2_000_000;
const MARK = /[*_~`[<!\\@&]|:\/\/|www\./g;

/** Larger tables are shown as they were written, because even a short row costs a cell for each cell of the table's head. */
const MAX_CELLS = 10_000;

/** HTML is text like any other. */
class TextTokenizer extends Tokenizer {
  override table(src: string) {
    const head = src.slice(0, Math.max(0, src.indexOf('\n')));
    const blank = src.search(/\n[ \t]*\n/);
    const rows = (blank < 0 ? src : src.slice(0, blank)).split('\n').length;
    return head.split('|').length * rows > MAX_CELLS ? undefined : super.table(src);
  }

  override html(): undefined {}
  override tag(): undefined {}
}

class BoundedLexer extends Lexer {
  #depth = 0;

  override blockTokens(src: string, tokens?: Token[], lastParagraphClipped?: boolean): Token[];
  override blockTokens(src: string, tokens?: TokensList, lastParagraphClipped?: boolean): TokensList;
  override blockTokens(src: string, tokens: Token[] = [], lastParagraphClipped?: boolean): Token[] {
    if (this.#depth >= MAX_NESTING) {
      tokens.push({ type: 'text', raw: src, text: src });
      return tokens;
    }
    this.#depth += 1;
    super.blockTokens(src, tokens, lastParagraphClipped);
    this.#depth -= 1;
    return tokens;
  }

  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    if (this.#depth >= MAX_NESTING || isCostly(src)) {
      tokens.push({ type: 'text', raw: src, text: src });
      return tokens;
    }
    this.#depth += 1;
    super.inlineTokens(src, tokens);
    this.#depth -= 1;
    return tokens;
  }
}

/** Whether `text` is too costly as one paragraph, heading, cell or item. */
export function isCostly(text: string): boolean {
  return text.length > 1_000 && (text.match(MARK)?.length ?? 0) * text.length > MAX_INLINE_COST;
}

export interface Lexed {
  tokens: readonly Token[];
  /** Reference definitions, both the given ones and the ones found in the text. */
  links: Links;
}

/** `links`: the definitions from earlier text. */
export function lex(source: string, links: Links = {}): Lexed {
  const lexer = new BoundedLexer({ gfm: true, tokenizer: new TextTokenizer() });
  Object.assign(lexer.tokens.links, links);
  const tokens = lexer.lex(source);
  return { tokens, links: tokens.links };
}
