/** marked's lexer, with bounds: it never nests deeper than a reader can see, and it knows no HTML. */
import { Lexer, type Links, type Token, Tokenizer, type TokensList } from 'marked';

/** What is nested deeper is shown as it was written. */
export const MAX_NESTING = 12;

/** HTML is text like any other. */
class TextTokenizer extends Tokenizer {
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
    if (this.#depth >= MAX_NESTING) {
      tokens.push({ type: 'text', raw: src, text: src });
      return tokens;
    }
    this.#depth += 1;
    super.inlineTokens(src, tokens);
    this.#depth -= 1;
    return tokens;
  }
}

export interface Lexed {
  tokens: readonly Token[];
  /** Reference definitions: those that were given, and those found. */
  links: Links;
}

/** `links`: the definitions that earlier text had. */
export function lex(source: string, links: Links = {}): Lexed {
  const lexer = new BoundedLexer({ gfm: true, tokenizer: new TextTokenizer() });
  Object.assign(lexer.tokens.links, links);
  const tokens = lexer.lex(source);
  return { tokens, links: tokens.links };
}
