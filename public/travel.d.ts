/** Types of `/travel.js` for TypeScript; served beside it, so this file imports nothing. */

export interface TravelOptions {
  /** This page's own service worker, by default `/sw.js`. */
  worker?: string;
  /** An id of the person signed in, the same at each visit and never shown. `null`: nothing is stored, nothing queued. */
  person: string | null;
  /** A user token or a publishable key. Called for what the worker sends by itself, and again once if that gets a 401. */
  getToken?: () => string | null | undefined | Promise<string | null | undefined>;
}

/** A question in the outbox. Its id is its idempotency key. */
export interface QueuedQuestion {
  id: string;
  /** Epoch milliseconds. */
  askedAt: number;
  feature: string;
  state: 'waiting' | 'sending' | 'answered' | 'failed' | 'expired';
  tries: number;
  /** The code of the last failure. */
  lastError: string | null;
}

/** A text of the page's own that its person owns, such as a conversation or a draft. */
export interface Note {
  name: string;
  text: string;
  /** Epoch milliseconds. */
  changedAt: number;
}

/**
 * Texts that a page keeps for its person, encrypted and under names of its own of 1 to 200 characters. Names are not encrypted. Without
 * a service worker, and while nobody is named, nothing is kept: `put` resolves with false, `list` with nothing.
 */
export interface TravelNotes {
  /** All whose name begins with `prefix`, the newest first. It reads all of their texts. */
  list(prefix: string): Promise<Note[]>;
  get(name: string): Promise<string | undefined>;
  /** False if it cannot be kept: nobody is named, too large (256 KB each, 500 in all), no room. */
  put(name: string, text: string): Promise<boolean>;
  delete(name: string): Promise<void>;
}

export interface TravelEvents {
  connection: CustomEvent<{ connection: Travel['connection'] }>;
  /** The outbox has changed. `waiting`: questions that are still to be sent. */
  queue: CustomEvent<{ waiting: number }>;
  answered: CustomEvent<{ id: string }>;
  resuming: CustomEvent<{ streamId: string }>;
  resumed: CustomEvent<{ streamId: string }>;
  /** A new version of the worker waits for `update()`. */
  update: CustomEvent<null>;
  /** Another tab of this person has changed or deleted this note. */
  note: CustomEvent<{ name: string }>;
  /** The browser's storage is full or broken: nothing is kept from now on. */
  full: CustomEvent<null>;
}

export interface Travel extends EventTarget {
  /** `auto`: the network first. `travel`: the kept answer first, while a new one is fetched. For all tabs, kept between visits. */
  readonly mode: 'auto' | 'travel';
  setMode(mode: 'auto' | 'travel'): Promise<void>;
  /** `unreachable`: the browser says it is online, but the router does not answer. */
  readonly connection: 'online' | 'unreachable' | 'offline';
  queue(): Promise<QueuedQuestion[]>;
  /** Removes a question and its answer from the outbox. False if there is none with this id, or it is being sent. */
  cancel(id: string): Promise<boolean>;
  /** Sends a question now. Resolves with its id from now on: one that had failed or expired gets a new one. */
  sendNow(id: string): Promise<string | undefined>;
  /** The answer of a queued question, in JSON form. */
  answer(id: string): Promise<Response | undefined>;
  /** Ends the run of this streamed answer for good. False if it has no run that can be stopped. */
  stop(response: Response): Promise<boolean>;
  /** The same answer, which the page itself continues to read if the browser ends its worker in the middle. */
  follow(response: Response): Response;
  /** Lets a new worker in once no stream is open in any tab. Does not reload the page. */
  update(): Promise<void>;
  readonly notes: TravelNotes;
  /** `bytes`: of the answers and the notes. */
  usage(): Promise<{ answers: number; bytes: number; queued: number }>;
  /** Forgets the answers, the outbox and the notes of this person. */
  clear(): Promise<void>;
  /** Forgets this person, in all tabs. Resolves when nothing is left; rejects (`sign_out_unfinished`) if no worker confirms that. */
  signOut(): Promise<void>;
  addEventListener<Name extends keyof TravelEvents>(
    type: Name,
    listener: (event: TravelEvents[Name]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/**
 * Resolves when the worker handles this page's requests. Called again, it changes the person of the same object. If there can be no
 * service worker it still resolves, says so on the console, and requests go straight to the router.
 */
export declare function travelMode(options: TravelOptions): Promise<Travel>;
