/** Conversations and asking. The page's components call these methods. */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Travel } from '/travel.js';
import type { Conversation, Turn } from '../core/conversation.ts';
import { type ConversationEvent, earlierOf, queueIdOf } from '../core/conversation-events.ts';
import { fileNameOf, markdownOf } from '../core/export.ts';
import type { AnswerFacts } from '../core/facts.ts';
import { CHAT, DRAFT, HEAD } from '../core/kept.ts';
import { questionBody } from '../core/question-body.ts';
import type { Words } from '../words/words.ts';
import type { Talk } from './app.ts';
import { type Asking, type AskPorts, ask } from './asking.ts';
import { type Conversations, shownHead } from './conversations.ts';
import { Drafts } from './drafts.ts';
import type { PageNotes } from './notes.ts';
import type { Ports } from './ports.ts';
import type { Queue } from './queue.ts';
import type { SpentToday } from './spent.ts';

/** The note that names the conversation that was open last, for a restarted browser. */
const OPEN = 'open';

export interface TalkParts {
  ports: Ports & { notes: PageNotes };
  travel: Promise<Travel>;
  token: AskPorts['token'];
  conversations: Conversations;
  queue: Queue;
  spent: SpentToday;
  words: Words['exported'];
  /** The address remembers which conversation this tab shows. */
  address: { get(): string | undefined; set(id: string): void };
  /** True on a first visit, which has nothing to wait for. */
  isFirstVisit: boolean;
}

interface Running {
  turnId: string;
  asking: Asking;
}

export class TalkState implements Talk {
  readonly #parts: TalkParts;
  readonly #drafts: Drafts;
  readonly #openId;
  readonly #running = signal<ReadonlyMap<string, Running>>(new Map());
  readonly #last = signal<{ turn: Turn; facts: AnswerFacts } | null>(null);
  /** Questions that another tab asks and that this tab waits for. */
  readonly #awaited = new Set<string>();
  #opening = 0;

  readonly isLoaded;
  readonly isResuming: ReadonlySignal<boolean>;
  readonly heads;
  readonly open: ReadonlySignal<Conversation>;
  readonly live;

  constructor(parts: TalkParts) {
    this.#parts = parts;
    const { conversations, ports } = parts;
    this.#openId = signal(ports.newId());
    this.#drafts = new Drafts(ports, this.#openId.peek());
    this.isLoaded = signal(parts.isFirstVisit);
    this.heads = computed(() => conversations.heads.value.map(shownHead));
    this.open = computed(() => conversations.at(this.#openId.value).value);
    this.isResuming = computed(() => [...this.#running.value.values()].some(({ asking }) => asking.isResuming.value));
    this.live = computed(() => {
      const running = this.#running.value.get(this.#openId.value);
      return running === undefined
        ? null
        : { turnId: running.turnId, text: running.asking.text, isResuming: running.asking.isResuming };
    });
  }

  get draft() {
    return this.#drafts.current;
  }

  get last(): ReadonlySignal<{ turn: Turn; facts: AnswerFacts } | null> {
    return this.#last;
  }

  get isKept(): ReadonlySignal<boolean> {
    return this.#parts.ports.notes.isKept;
  }

  /** Restores the last visit's state, including what was in progress. */
  async load(): Promise<void> {
    const { conversations, ports, address } = this.#parts;
    const [, , remembered] = await Promise.all([conversations.load(), this.#drafts.load(), ports.notes.get(OPEN)]);
    const id = address.get() ?? remembered ?? this.#begunChat();
    // A person who has begun to write, or has asked, stays in this conversation.
    const isUntouched = this.draft.peek() === '' && this.open.peek().turns.length === 0;
    if (id !== undefined && isUntouched) await this.#show(id);
    this.isLoaded.value = true;
    this.#last.value = lastOf(this.open.peek());
    for (const { id, askingTurnId } of conversations.heads.peek())
      if (askingTurnId !== null) this.#takeOver(id, askingTurnId);
    await this.#parts.queue.settle();
  }

  ask(question: string): void {
    const id = this.#openId.peek();
    if (question.trim() === '' || this.#isBusy(id)) return;
    this.#askNew(id, question);
    // A pressed example leaves the draft alone.
    if (this.draft.peek().trim() !== question.trim()) return;
    this.draft.value = '';
    this.#drafts.save();
  }

  editLast(question: string): void {
    const id = this.#openId.peek();
    const last = this.open.peek().turns.at(-1);
    if (question.trim() === '' || last === undefined) return;
    // While the old question is being sent to the router, the new text becomes a draft and can be asked after it.
    const back = isAsked(last) || this.#isBusy(id) ? Promise.resolve(false) : this.#takenBack(last);
    void back.then((isOut) => {
      if (isOut && !this.#isBusy(id)) this.#askNew(id, question, last.id);
      else this.#drafts.add(id, question);
    });
  }

  askAgain(turnId: string): void {
    const id = this.#openId.peek();
    const turn = this.open.peek().turns.find((one) => one.id === turnId);
    if (turn === undefined || isAsked(turn) || this.#isBusy(id)) return;
    void this.#takenBack(turn).then((isOut) => {
      if (!isOut || this.#isBusy(id)) return;
      this.#run(id, turnId, { kind: 'asked-again', turnId, at: this.#parts.ports.now() });
    });
  }

  stop(): void {
    this.#running.peek().get(this.#openId.peek())?.asking.stop();
  }

  readonly sendNow = (queueId: string): Promise<void> => this.#parts.queue.sendNow(queueId);

  readonly cancel = (queueId: string): Promise<void> => this.#parts.queue.cancel(queueId);

  newChat(): void {
    if (this.open.peek().turns.length === 0) return;
    const begun = this.#begunChat();
    if (begun !== undefined) void this.#show(begun);
    // The page switches at once, because what is typed next belongs to the new conversation.
    else this.#switchTo(this.#parts.ports.newId());
  }

  openChat(id: string): void {
    void this.#show(id);
  }

  async deleteChat(id: string): Promise<void> {
    const { conversations, queue, ports } = this.#parts;
    this.#running.peek().get(id)?.asking.stop();
    // The notes are deleted at once, for a page that is just being closed, and again below, in case an answer was kept meanwhile.
    for (const name of [CHAT + id, HEAD + id, DRAFT + id]) void ports.notes.delete(name);
    await queue.drop(id);
    await conversations.remove(id);
    this.#drafts.forget(id);
    if (id === this.#openId.peek()) this.#switchTo(ports.newId());
  }

  async exportChat(id: string): Promise<{ name: string; markdown: string }> {
    const { conversations, words } = this.#parts;
    const conversation = (await conversations.open(id)).peek();
    return { name: fileNameOf(conversation.title, words.untitled), markdown: markdownOf(conversation, words) };
  }

  saveDraft(): void {
    this.#drafts.save();
  }

  async noteChanged(name: string): Promise<void> {
    const { conversations, spent } = this.#parts;
    if (name.startsWith(DRAFT)) return this.#drafts.changedElsewhere(name);
    await conversations.changedElsewhere(name);
    await spent.changedElsewhere(name);
    if (!name.startsWith(HEAD)) return;
    const id = name.slice(HEAD.length);
    const askingTurnId = conversations.heads.peek().find((head) => head.id === id)?.askingTurnId;
    // If that tab dies, this one goes on.
    if (askingTurnId) this.#takeOver(id, askingTurnId);
  }

  async #show(id: string): Promise<void> {
    const opening = ++this.#opening;
    await this.#parts.conversations.open(id);
    if (opening === this.#opening) this.#switchTo(id);
  }

  #switchTo(id: string): void {
    this.#opening++;
    batch(() => {
      this.#drafts.show(id);
      this.#openId.value = id;
    });
    this.#parts.address.set(id);
    void this.#parts.ports.notes.put(OPEN, id);
  }

  /** The id of a conversation that has a draft but no question yet. */
  #begunChat(): string | undefined {
    const heads = this.#parts.conversations.heads.peek();
    return this.#drafts.idWithout((id) => heads.some((head) => head.id === id));
  }

  #isBusy(id: string): boolean {
    return this.#running.peek().has(id);
  }

  #askNew(id: string, question: string, instead?: string): void {
    const { conversations, ports, address } = this.#parts;
    const turnId = ports.newId();
    if (conversations.at(id).peek().turns.length === 0) void conversations.makeRoom();
    this.#run(id, turnId, { kind: 'asked', turnId, question, at: ports.now(), ...(instead && { instead }) });
    if (id !== this.#openId.peek()) return;
    address.set(id);
    void ports.notes.put(OPEN, id);
  }

  /** Takes a question out of the outbox, so that it is not sent from there too. Resolves with whether it is out. */
  async #takenBack(turn: Turn): Promise<boolean> {
    const queueId = queueIdOf(turn);
    if (queueId === undefined) return true;
    const travel = await this.#parts.travel;
    return travel.cancel(queueId).catch(() => false);
  }

  /** `event` puts the turn into the state `asking`. */
  #run(id: string, turnId: string, event: ConversationEvent): void {
    let done = Promise.resolve();
    // The lock is taken before any other tab hears of the question, and held until its end is kept.
    void this.#parts.ports.locked(`ask ${turnId}`, () => Promise.resolve().then(() => done));
    const begun = this.#parts.conversations.apply(id, event);
    // Two tabs may ask again at the same moment. Then both send what was kept first, with one key, and it is paid for once.
    done =
      event.kind === 'asked' ? this.#askTurn(id, turnId, begun) : begun.then(() => this.#askTurn(id, turnId, begun));
  }

  async #askTurn(id: string, turnId: string, begun: Promise<void>, isTakenOver = false): Promise<void> {
    const { conversations, ports, travel, token, spent } = this.#parts;
    const conversation = conversations.at(id).peek();
    const turn = conversation.turns.find((one) => one.id === turnId);
    const body = questionBody(conversation, turnId);
    if (turn?.outcome.state !== 'asking' || body === undefined) return begun;
    const { askedAt } = turn;
    const asking = ask({ ...ports, travel, token }, { body, askedAt, isTakenOver, headers: headersOf(turn) });
    this.#setRunning(id, { turnId, asking });
    const end = await asking.ended;
    const at = ports.now();
    let kept: Promise<void> | undefined;
    batch(() => {
      const about = { turnId, askedAt, at };
      const told = end.kind === 'queued' && end.facts.attempts !== null && { facts: end.facts };
      kept =
        end.kind === 'queued'
          ? conversations.apply(id, { kind: 'queued', ...about, queueId: end.queueId, cause: end.cause, ...told })
          : conversations.apply(id, { kind: 'settled', ...about, text: end.text, outcome: end.outcome });
      this.#setRunning(id, undefined);
      if (end.kind === 'settled' && end.outcome.facts !== null)
        this.#last.value = { turn: { ...turn, text: end.text, outcome: end.outcome }, facts: end.outcome.facts };
    });
    if (end.kind === 'settled') await spent.add(end.outcome.facts?.costUsd ?? null);
    // Until then the lock is held, so that another tab does not think that no tab asks the question.
    await Promise.all([begun, kept]);
    // The outbox is read with its answers, because the question may have been sent and answered before its conversation knew that it waits.
    await this.#parts.queue.look();
  }

  /** Takes over a question that was being asked when its tab went away, or waits while another tab asks it. */
  #takeOver(id: string, turnId: string): void {
    if (this.#awaited.has(turnId) || this.#running.peek().get(id)?.turnId === turnId) return;
    this.#awaited.add(turnId);
    const { conversations, ports } = this.#parts;
    void ports.locked(`ask ${turnId}`, async () => {
      this.#awaited.delete(turnId);
      await conversations.open(id);
      await conversations.changedElsewhere(CHAT + id);
      await this.#askTurn(id, turnId, Promise.resolve(), true);
    });
  }

  #setRunning(id: string, running: Running | undefined): void {
    const next = new Map(this.#running.peek());
    if (running === undefined) next.delete(id);
    else next.set(id, running);
    this.#running.value = next;
  }
}

/** Whether the question is being asked, here or in another tab. */
const isAsked = ({ outcome }: Turn): boolean => outcome.state === 'asking';

/**
 * Headers that make asking again give a new answer. No kept answer is given, and a key of its own lets the question be sent again
 * after a reload without being paid for twice.
 */
const headersOf = (turn: Turn): Record<string, string> =>
  earlierOf(turn).earlier === undefined
    ? {}
    : { 'x-carryon-cache': 'no-store', 'idempotency-key': `demo-${turn.id}-${turn.askedAt}` };

/** The facts of a turn's answer; undefined while the question is being asked, or if nothing is known of its answer. */
const factsOf = ({ outcome }: Turn): AnswerFacts | undefined =>
  outcome.state === 'asking' ? undefined : (outcome.facts ?? undefined);

function lastOf({ turns }: Conversation): { turn: Turn; facts: AnswerFacts } | null {
  for (const turn of turns.toReversed()) {
    const facts = factsOf(turn);
    if (facts !== undefined) return { turn, facts };
  }
  return null;
}
