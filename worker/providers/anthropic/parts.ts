import type { ContentPart } from '../../../protocol/chat.ts';
import type { FieldNames } from '../../../protocol/field-names.ts';
import { attachmentOf } from '../../core/attachments.ts';
import { ANTHROPIC_FACTS } from '../../core/formats/anthropic.ts';
import { decodedText } from '../shared/decoded-text.ts';

/** A content block of the Messages API. */
export type Block = { type: string; [field: string]: unknown };

/** True for text that is only white space. */
export const isBlank = (text: string): boolean => text.trim() === '';

/** Content as Anthropic's blocks. Blank text is left out, because Anthropic refuses it. A part that has no block is left out and named. */
export function contentBlocks(content: string | ContentPart[] | null | undefined, dropped: FieldNames): Block[] {
  if (typeof content === 'string') return isBlank(content) ? [] : [{ type: 'text', text: content }];
  const blocks: Block[] = [];
  for (const part of content ?? []) {
    const block = contentBlock(part);
    if (block) blocks.push(block);
    else if (!isBlankPart(part)) dropped.add(`messages[].content[].${part.type}`);
  }
  return blocks;
}

/** True if the client wrote something, even if it cannot be sent. */
export const hasContent = (content: string | ContentPart[] | null | undefined): boolean =>
  typeof content === 'string' ? !isBlank(content) : (content ?? []).some((part) => !isBlankPart(part));

function isBlankPart(part: ContentPart): boolean {
  if (part.type === 'text') return isBlank(part.text);
  return part.type === 'refusal' && isBlank(part.refusal);
}

function contentBlock(part: ContentPart): Block | undefined {
  if (part.type === 'text') return isBlank(part.text) ? undefined : { type: 'text', text: part.text };
  if (part.type === 'refusal') return isBlank(part.refusal) ? undefined : { type: 'text', text: part.refusal };
  return ANTHROPIC_FACTS.sentAs(part, []) === 'nothing' ? undefined : attachedBlock(part);
}

function attachedBlock(part: ContentPart): Block | undefined {
  const attachment = attachmentOf(part);
  if (attachment === undefined) return undefined;
  if (attachment.kind === 'link') return { type: 'image', source: { type: 'url', url: attachment.url } };
  const { kind, content, name } = attachment;
  const source = { type: 'base64', media_type: content.mediaType, data: content.data };
  if (kind === 'image') return { type: 'image', source };
  const title = name === undefined ? undefined : { title: name };
  if (kind === 'pdf') return { type: 'document', source, ...title };
  const text = decodedText(content);
  if (text === undefined || isBlank(text)) return undefined;
  return { type: 'document', source: { type: 'text', media_type: 'text/plain', data: text }, ...title };
}
