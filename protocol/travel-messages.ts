/**
 * What a page and its service worker say to each other in travel mode. A service worker may belong to a front end that has messages of
 * its own, so every message of ours carries `carryon: 'travel/1'`; anything else is ignored, never an error.
 */

const TRAVEL_MESSAGES = 'travel/1';

/** `travel`: the person travels, so saved answers come first; `auto`: the network decides. */
export type TravelMode = 'auto' | 'travel';

/** `unreachable`: the browser says it is online, but the router does not answer. */
export type Connection = 'online' | 'unreachable' | 'offline';

/** What became of a queued question. */
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

/** A text of a page's own. */
export interface Note {
  name: string;
  text: string;
  /** Epoch milliseconds. */
  changedAt: number;
}

const MAX_NOTE_NAME_LENGTH = 200;

/** Whether a page may use this name for a note. */
export const isNoteName = (name: unknown): name is string =>
  typeof name === 'string' && name.length > 0 && name.length <= MAX_NOTE_NAME_LENGTH;

/** `person`: the one that the page has named. A worker that knows the tab by another person does nothing. */
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

/** From a page to a worker, each with a port for the reply. */
export type PageMessage =
  /** Names the tab's person. `claim`: no worker controls this page yet, and this one should. */
  | { kind: 'hello'; person: string | null; claim: boolean }
  | { kind: 'mode'; mode: TravelMode }
  | { kind: 'cancel' | 'send-now' | 'answer'; id: string }
  /** The network may be back: try what waits. */
  | { kind: 'flush' }
  /** To a worker that waits: become the active one. */
  | { kind: 'take-over' }
  /** How many streams are open in all tabs. */
  | { kind: 'streams' }
  /** Keeps the worker alive while it passes a stream on. */
  | { kind: 'ping' }
  /** Forgets this person, in all tabs; the reply comes when nothing is left. */
  | { kind: 'sign-out'; person: string }
  | NoteMessage
  | { kind: 'queue' | 'usage' | 'clear' };

/** The kind of a message. */
export type PageMessageKind = PageMessage['kind'];

/** What a worker replies where it could do what was asked. */
export interface TravelReplies {
  /** `router`: the origin that this worker serves. `waiting`: questions of this person that are still to be sent. */
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
  /** The question's id from now on: one that had failed or expired has a new one. */
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
  /** Of the asking tab alone. */
  ping: { open: number };
  streams: { open: number };
  'take-over': object;
}

/** `code` says why not, such as `not_found` for an id that nobody knows. */
export type TravelReply<Kind extends keyof TravelReplies> =
  | ({ ok: true } & TravelReplies[Kind])
  | { ok: false; code: string };

/** Events that a worker tells its pages, with what they carry. Those about a person go to that person's tabs only. */
export interface TravelNews {
  connection: { connection: Connection };
  /** `waiting`: questions that are still to be sent. */
  queue: { waiting: number };
  answered: { id: string };
  /** Another tab of the person has changed or deleted it. */
  note: { name: string };
  resuming: { streamId: string };
  resumed: { streamId: string };
  mode: { mode: TravelMode };
  /** Streams of this tab that the worker is passing on. */
  streams: { open: number };
  /** The disk is full, or the database broken: nothing is kept from now on. Told once in a worker's life. */
  full: object;
  'signed-out': { person: string };
}

/** The kind of news. */
export type TravelNewsKind = keyof TravelNews;

/** From a worker to a page. */
export type WorkerMessage =
  /** With a port for the reply `{token: string | null}`. A tab that has another person by now replies null. */
  | { kind: 'token-wanted'; person: string | null }
  /** `person`: the one it is about. A tab that has another person by now does not get it. */
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

/** A message of a page to its worker; undefined for any that is not ours, or not whole. */
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

/** A message of a worker to a page; undefined for any that is not ours, or not whole. */
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
