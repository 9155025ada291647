import type { ContentPart } from '../../../protocol/chat.ts';
import { attachmentOf, type DataUrl, type SentAs } from '../attachments.ts';
import type { FormatFacts } from './facts.ts';

/**
 * Models in which `thinking: {type: "disabled"}` stops all thinking. Older models do not think unless asked to. Newer ones may think
 * anyway.
 */
const OFF_IS_OFF = /claude-(?:(?:opus|sonnet)-5|haiku-5-5)(?!\d|-\d{1,2}(?!\d))/;

/** Facts of Anthropic's Messages API. */
export const ANTHROPIC_FACTS: FormatFacts = {
  sentAs,
  sendsChoices: false,
  // 346 tokens today, 530 for its older models (platform.claude.com, tool use).
  toolsPromptTokens: 640,
  definesToolsOfHistory: true,
  schemaGrowth,
  longRequest: { fromInputTokens: 200_000, input: 2, output: 1.5 },
  turnsThinkingOff: (model) => OFF_IS_OFF.test(model),
  cachesWhenTold: true,
};

/** The pictures that Anthropic's Messages API lists. */
const IMAGES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

function sentAs(part: ContentPart): SentAs {
  if (part.type === 'text' || part.type === 'refusal') return 'text';
  if (part.type === 'input_audio') return 'nothing';
  const attachment = attachmentOf(part);
  switch (attachment?.kind) {
    case 'link':
      return 'image';
    case 'image':
      return isImage(attachment.content) ? 'image' : 'nothing';
    case 'pdf':
      return attachment.content.isBase64 ? 'file' : 'nothing';
    case 'text':
      return 'text';
    default:
      return 'nothing';
  }
}

const isImage = ({ mediaType, isBase64 }: DataUrl): boolean => isBase64 && IMAGES.has(mediaType);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACE = 0x7b;
/** `"additionalProperties":false,"description":"(…)",` */
const ADDED_PER_OBJECT = 56;

/**
 * How many bytes longer a schema may become when it is rewritten for Anthropic (worker/providers/anthropic/schema.ts). Every object is
 * closed, and keywords that Anthropic does not have move into a description, as JSON inside JSON.
 */
function schemaGrowth(json: string): number {
  let bytes = 0;
  for (let index = 0; index < json.length; index++) {
    const unit = json.charCodeAt(index);
    if (unit === OPENING_BRACE) bytes += ADDED_PER_OBJECT;
    else if (unit === QUOTE || unit === BACKSLASH) bytes++;
  }
  return bytes;
}
