/**
 * The messages between a page and its service worker in travel mode. A service worker may belong to a front end that has messages of its
 * own, so each of our messages has the field `carryon: 'travel/1'`. Any other message is ignored and is not an error.
 */

const TRAVEL_MESSAGES = 'travel/1';

/** `travel` means that the person travels, so saved answers come first. With `auto` the network decides. */
export type TravelMode = 'auto' | 'travel';

/** `unreachable` means that the browser says that it is online, but the router does not answer. */
export type Connection = 'online' | 'unreachable' | 'offline';

/** The state of a queued question. */
export type QuestionState = 'waiting' | 'sending' | 'answered' | 'failed' | 'expired';

/** A question in the outbox, as a page sees it. Its id is its idempotency key. */
export interface QueuedQuestion {
  id: string;
  /** Epoch milliseconds. */
  askedAt: number;
  feature: string;
  state: QuestionState;
  tries: number;
  /** The code of the last failure. */
  lastError: string | null;
}

/** A text that a page stores. */
export interface Note {
  name: string;
  text: string;
  /** Epoch milliseconds. */
  changedAt: number;
}

const MAX_NOTE_NAME_LENGTH = 200;

/** True if a page may use this name for a note. */
export const isNoteName = (name: unknown): name is string =>
  typeof name === 'string' && name.length > 0 && name.length <= MAX_NOTE_NAME_LENGTH;

/** A call about notes. `person` is the one that the page has named. The worker does nothing if it knows another person for the tab. */
export type NoteMessage =
  | { kind: 'note-list'; person: string; prefix: string }
  | { kind: 'note-get' | 'note-delete'; person: string; name: string }
  | { kind: 'note-put'; person: string; name: string; text: string };

/** How much this browser stores. */
export interface Usage {
  answers: number;
  bytes: number;
  queued: number;
}

/** A message from a page to a worker, with a port for the reply. */
export type PageMessage =
  /** Names the tab's person. `claim` is true if no worker controls this page yet, and this one should. */
  | { kind: 'hello'; person: string | null; claim: boolean }
  | { kind: 'mode'; mode: TravelMode }
  | { kind: 'cancel' | 'send-now' | 'answer'; id: string }
  /** The network may be back, so the worker tries the waiting questions. */
  | { kind: 'flush' }
  /** Tells a waiting worker to become the active one. */
  | { kind: 'take-over' }
  /** Asks how many streams are open in all tabs. */
  | { kind: 'streams' }
  /** Keeps the worker alive while it passes a stream on. */
  | { kind: 'ping' }
  /** Deletes everything about this person, in all tabs. The reply comes when nothing is left. */
  | { kind: 'sign-out'; person: string }
  | NoteMessage
  | { kind: 'queue' | 'usage' | 'clear' };

/** The kind of a message. */
export type PageMessageKind = PageMessage['kind'];

/** The replies of a worker that could do what was asked. */
export interface TravelReplies {
  /** `router` is the origin that this worker serves. `waiting` is the number of this person's questions that are not sent yet. */
  hello: {
    router: string;
    visitor: string;
    mode: TravelMode;
    connection: Connection;
    waiting: number;
  };
  mode: { mode: TravelMode };
  queue: { questions: QueuedQuestion[] };
  cancel: object;
  /** The question's id from now on. A question that had failed or expired gets a new one. */
  'send-now': { id: string };
  answer: { status: number; headers: [string, string][]; body: string };
  usage: Usage;
  /** The newest first. */
  'note-list': { notes: Note[] };
  'note-get': { text: string };
  'note-put': object;
  'note-delete': object;
  clear: object;
  'sign-out': object;
  flush: object;
  /** The number of open streams of the asking tab. */
  ping: { open: number };
  streams: { open: number };
  'take-over': object;
}

/** A reply. If the worker could not do what was asked, `code` says why, such as `not_found` for an unknown id. */
export type TravelReply<Kind extends keyof TravelReplies> =
  | ({ ok: true } & TravelReplies[Kind])
  | { ok: false; code: string };

/** The events that a worker sends to its pages, with their details. Events about a person go only to that person's tabs. */
export interface TravelNews {
  connection: { connection: Connection };
  /** `waiting` is the number of questions that are not sent yet. */
  queue: { waiting: number };
  answered: { id: string };
  /** Another tab of the person has changed or deleted the note. */
  note: { name: string };
  resuming: { streamId: string };
  resumed: { streamId: string };
  mode: { mode: TravelMode };
  /** The number of streams of this tab that the worker passes on now. */
  streams: { open: number };
  /** The disk is full or the database is broken, so nothing is kept from now on. Sent once in a worker's life. */
  full: object;
  'signed-out': { person: string };
}

/** The kind of news. */
export type TravelNewsKind = keyof TravelNews;

/** A message from a worker to a page. */
export type WorkerMessage =
  /** Asks for a token. A port takes the reply `{token: string | null}`. A tab that has another person by now replies null. */
  | { kind: 'token-wanted'; person: string | null }
  /** An event. `person` is the one that it is about. A tab that has another person by now does not get it. */
  | {
      [Kind in TravelNewsKind]: { kind: 'told'; event: Kind; detail: TravelNews[Kind]; person?: string };
    }[TravelNewsKind];

/** The message as it is posted. */
export function travelMessage<Message extends PageMessage | WorkerMessage>(
  message: Message,
): Message & { carryon: typeof TRAVEL_MESSAGES } {
  return { ...message, carryon: TRAVEL_MESSAGES };
}

type Fields = Record<string, unknown>;

const MODES: readonly unknown[] = ['auto', 'travel'] satisfies TravelMode[];
const CONNECTIONS: readonly unknown[] = ['online', 'unreachable', 'offline'] satisfies Connection[];

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isPerson = (value: unknown): boolean => value === null || typeof value === 'string';

/** Reads a page's message to its worker. Undefined if the message is not ours, or not complete. */
export function readPageMessage(data: unknown): PageMessage | undefined {
  return isFields(data) && data.carryon === TRAVEL_MESSAGES && isWholePageMessage(data)
    ? (data as unknown as PageMessage)
    : undefined;
}

function isWholePageMessage(fields: Fields): boolean {
  switch (fields.kind as PageMessageKind) {
    case 'hello':
      return isPerson(fields.person) && typeof fields.claim === 'boolean';
    case 'mode':
      return MODES.includes(fields.mode);
    case 'cancel':
    case 'send-now':
    case 'answer':
      return typeof fields.id === 'string';
    case 'sign-out':
      return typeof fields.person === 'string';
    case 'note-list':
      return typeof fields.person === 'string' && typeof fields.prefix === 'string';
    case 'note-get':
    case 'note-delete':
      return typeof fields.person === 'string' && isNoteName(fields.name);
    case 'note-put':
      return typeof fields.person === 'string' && isNoteName(fields.name) && typeof fields.text === 'string';
    case 'flush':
    case 'take-over':
    case 'streams':
    case 'ping':
    case 'queue':
    case 'usage':
    case 'clear':
      return true;
  }
  return false;
}

/** Reads a worker's message to a page. Undefined if the message is not ours, or not complete. */
export function readWorkerMessage(data: unknown): WorkerMessage | undefined {
  if (!isFields(data) || data.carryon !== TRAVEL_MESSAGES) return undefined;
  const whole =
    data.kind === 'token-wanted'
      ? isPerson(data.person)
      : data.kind === 'told' &&
        (data.person === undefined || typeof data.person === 'string') &&
        isFields(data.detail) &&
        isWholeNews(data.event, data.detail);
  return whole ? (data as unknown as WorkerMessage) : undefined;
}

function isWholeNews(event: unknown, detail: Fields): boolean {
  switch (event as TravelNewsKind) {
    case 'connection':
      return CONNECTIONS.includes(detail.connection);
    case 'mode':
      return MODES.includes(detail.mode);
    case 'queue':
      return isCount(detail.waiting);
    case 'streams':
      return isCount(detail.open);
    case 'answered':
      return typeof detail.id === 'string';
    case 'note':
      return isNoteName(detail.name);
    case 'resuming':
    case 'resumed':
      return typeof detail.streamId === 'string';
    case 'signed-out':
      return typeof detail.person === 'string';
    case 'full':
      return true;
  }
  return false;
}
