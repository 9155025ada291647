/** marked's lexer, with bounds: it never nests deeper than a reader can see, and it knows no HTML. */
import { Lexer, type Links, type Token, Tokenizer, type TokensList } from 'marked';

/** Deeper nesting is shown as it was written. */
export const MAX_NESTING = 12;
/**
 * What marks within a line may cost: finding the partner of each takes time in proportion to the text around it. An ordinary paragraph costs far less; one that costs more is shown as it was written.
 */
const MAX_INLINE_COST = 2_000_000;
const MARK = /[*_~`[<!\\@&]|:\/\/|www\./g;

/** Larger tables are shown as they were written: a short row costs a cell for each of its head's. */
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
  /** Reference definitions: the given ones, and those found in the text. */
  links: Links;
}

/** `links`: the definitions that earlier text had. */
export function lex(source: string, links: Links = {}): Lexed {
  const lexer = new BoundedLexer({ gfm: true, tokenizer: new TextTokenizer() });
  Object.assign(lexer.tokens.links, links);
  const tokens = lexer.lex(source);
  return { tokens, links: tokens.links };
}
