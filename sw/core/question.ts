/** Reads a page's question from its request: the text that equal questions share, and what the page wants of travel mode. */
import { answerTextOrNone } from '../../protocol/answer-key.ts';
import type { ChatRequest } from '../../protocol/chat.ts';
import { REQUEST_HEADERS } from '../../protocol/headers.ts';
import { parseBody } from '../../protocol/parse-body.ts';
import { parseChat } from '../../protocol/parse-chat.ts';
import { type DoorName, longForm, namedFeature, usesOwnAlias } from '../../protocol/question.ts';
import { type Features, factsOf } from './features.ts';

/** `queue`: put the question into the outbox if nothing is kept and there is no network. `off`: leave travel mode out. `fail`: neither. */
export type TravelWish = 'queue' | 'off' | 'fail';

export interface PageQuestion {
  /** The feature's name, '' if neither the page nor the router has named one. */
  feature: string;
  /** The canonical text, from which `travelKeyText` makes the key's text. */
  text: string;
  stream: boolean;
  includeUsage: boolean;
  /** Whether the feature's streams can be resumed; undefined while that is not known. */
  resumes: boolean | undefined;
  /** The feature's generation; null while that is not known. */
  generation: number | null;
  /** The user that the body names, as a caller with a secret key may do. */
  user: string | undefined;
  wish: TravelWish;
  /** True if the page allows neither a kept answer nor keeping this one. */
  noStore: boolean;
  /** True if the page wants a new answer, not a kept one. */
  refresh: boolean;
}

export interface PageRequest {
  door: DoorName;
  header(name: string): string | null;
  bodyText: string;
}

/**
 * Returns undefined for a request that goes to the router unchanged: a body that the router will refuse with a named error, or a
 * stream that the page resumes itself.
 */
export function readQuestion(request: PageRequest, known: Features | undefined): PageQuestion | undefined {
  const { door, header, bodyText } = request;
  if (header(REQUEST_HEADERS.lastEventId) !== null || header(REQUEST_HEADERS.resume) !== null) return undefined;
  const fields = objectOf(bodyText);
  const long = fields && longForm(door, fields);
  if (fields === undefined || !long?.ok) return undefined;
  const body = long.value;
  const feature = namedFeature(door, header(REQUEST_HEADERS.feature), fields) ?? known?.default ?? '';
  if (typeof feature !== 'string') return undefined;
  const facts = factsOf(known, feature);
  const chat = chatOf(body, usesOwnAlias(door, body) ? (facts?.alias ?? '') : undefined);
  const text = chat && answerTextOrNone(chat);
  if (chat === undefined || text === undefined) return undefined;
  const cache = wordIn(header(REQUEST_HEADERS.cache));
  return {
    feature,
    text,
    stream: chat.stream,
    includeUsage: chat.includeUsage,
    resumes: known && (facts?.resume ?? false),
    generation: facts?.generation ?? null,
    user: chat.user,
    wish: wishOf(header(REQUEST_HEADERS.travel)),
    noStore: cache === 'no-store',
    refresh: cache === 'refresh',
  };
}

/** `alias`: the feature's own alias, '' if it is not known; undefined if the body names a model. */
function chatOf(body: Record<string, unknown>, alias: string | undefined): ChatRequest | undefined {
  // No body without a model passes the check, so an unknown alias gets a temporary name.
  const parsed = parseChat(alias === undefined ? body : { ...body, model: alias || 'unknown' });
  if (!parsed.ok) return undefined;
  return alias === undefined ? parsed.chat : { ...parsed.chat, model: alias };
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value = parseBody(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function wishOf(header: string | null): TravelWish {
  const word = wordIn(header);
  return word === 'queue' || word === 'off' ? word : 'fail';
}

const wordIn = (header: string | null): string => header?.trim().toLowerCase() ?? '';
