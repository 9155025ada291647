import type { ContentPart } from '../../../protocol/chat.ts';
import { attachmentOf, type SentAs } from '../attachments.ts';
import type { FormatFacts } from './facts.ts';

/** Facts of OpenAI's Chat Completions and the many APIs compatible with it. */
export const OPENAI_FACTS: FormatFacts = {
  sentAs,
  sendsChoices: true,
  toolsPromptTokens: 0,
  definesToolsOfHistory: false,
  schemaGrowth: () => 0,
  longRequest: { fromInputTokens: 128_000, input: 2, output: 2 },
  // The field is sent as it came, and not every server obeys it.
  turnsThinkingOff: () => false,
  cachesWhenTold: false,
};

/** Sound and files are sent if config allows them by name, with a price. */
function sentAs(part: ContentPart, allowParams: readonly string[]): SentAs {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return 'text';
    case 'input_audio':
      return allowParams.includes('input_audio') ? 'file' : 'nothing';
    case 'file':
      return allowParams.includes('file') ? 'file' : 'nothing';
    case 'image_url': {
      const kind = attachmentOf(part)?.kind;
      if (kind === 'link' || kind === 'image') return 'image';
      const isDocument = kind === 'pdf' || kind === 'text';
      return isDocument && allowParams.includes('file') ? 'file' : 'nothing';
    }
  }
}
