/** The outbox as this page sees it: which questions wait there, and what became of them. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { QueuedQuestion, Travel } from '/travel.js';
import { queuedFacts } from '../core/answer-facts.ts';
import { ownProblem, type Settled } from '../core/conversation-events.ts';
import type { KeptHead } from '../core/kept.ts';
import { Reading } from '../core/reading.ts';
import type { OutboxEntry } from './app.ts';
import type { Conversations } from './conversations.ts';
import type { Ports } from './ports.ts';
import type { SpentToday } from './spent.ts';

export interface QueueParts {
  ports: Pick<Ports, 'now' | 'locked'>;
  travel: Promise<Pick<Travel, 'queue' | 'answer' | 'cancel' | 'sendNow' | 'addEventListener'>>;
  conversations: Conversations;
  spent: SpentToday;
}

/** The lock under which one tab at a time changes the outbox, and then the question's conversation. */
const LOCK = 'outbox';

export class Queue {
  readonly #parts: QueueParts;
  readonly #questions = signal<readonly QueuedQuestion[]>([]);
  readonly entries: ReadonlySignal<readonly OutboxEntry[]>;

  constructor(parts: QueueParts) {
    this.#parts = parts;
    const { travel, conversations } = parts;
    this.entries = computed(() =>
      this.#questions.value.map(({ id, askedAt, state, lastError }) => {
        const head = headWith(conversations.heads.value, id);
        const question = head?.queued.find(({ queueId }) => queueId === id)?.question ?? null;
        return { id, askedAt, state, lastError, question, conversationId: head?.id ?? null };
      }),
    );
    void travel.then((ready) => {
      ready.addEventListener('queue', () => void this.look());
      ready.addEventListener('answered', () => void this.look());
    });
  }

  async refresh(): Promise<void> {
    const travel = await this.#parts.travel;
    this.#questions.value = await travel.queue().catch(() => this.#questions.peek());
  }

  /** Called at the start. Finds what was answered meanwhile, and what the browser has lost. */
  async settle(): Promise<void> {
    await this.#parts.ports.locked(LOCK, async () => {
      const { conversations } = this.#parts;
      const travel = await this.#parts.travel;
      // This comes before the outbox is read, so that a question that another tab queues meanwhile does not seem lost.
      const queued = conversations.heads.peek().flatMap((head) => head.queued);
      const questions = await travel.queue().catch(() => undefined);
      if (questions === undefined) return;
      this.#questions.value = questions;
      const known = new Set(questions.map(({ id }) => id));
      for (const { queueId } of queued) if (!known.has(queueId)) await this.#settled(queueId, '', failed('expired'));
    });
    await this.look();
  }

  async sendNow(queueId: string): Promise<void> {
    await this.#parts.ports.locked(LOCK, async () => {
      const { conversations, ports } = this.#parts;
      const travel = await this.#parts.travel;
      const newId = await travel.sendNow(queueId).catch(() => undefined);
      const head = headWith(conversations.heads.peek(), queueId);
      if (newId !== undefined && newId !== queueId && head !== undefined)
        await conversations.apply(head.id, { kind: 'requeued', queueId, newId, at: ports.now() });
    });
    await this.refresh();
  }

  async cancel(queueId: string): Promise<void> {
    await this.#parts.ports.locked(LOCK, async () => {
      const travel = await this.#parts.travel;
      const isOut = await travel.cancel(queueId).catch(() => false);
      if (isOut) await this.#settled(queueId, '', failed('cancelled'));
    });
    await this.refresh();
  }

  /** Cancels the questions of a conversation that is being deleted. */
  async drop(conversationId: string): Promise<void> {
    const head = this.#parts.conversations.heads.peek().find(({ id }) => id === conversationId);
    const travel = await this.#parts.travel;
    await Promise.all((head?.queued ?? []).map(({ queueId }) => travel.cancel(queueId).catch(() => false)));
    await this.refresh();
  }

  /** Reads the outbox, and tells each conversation what became of its questions. */
  async look(): Promise<void> {
    await this.refresh();
    const isOver = ({ state }: QueuedQuestion) => state === 'answered' || state === 'failed' || state === 'expired';
    if (!this.#questions.peek().some(isOver)) return;
    await this.#parts.ports.locked(LOCK, async () => {
      for (const question of this.#questions.peek().filter(isOver)) await this.#take(question);
    });
    await this.refresh();
  }

  async #take({ id, state, lastError, askedAt }: QueuedQuestion): Promise<void> {
    const { ports, spent } = this.#parts;
    const travel = await this.#parts.travel;
    if (headWith(this.#parts.conversations.heads.peek(), id) === undefined) return;
    if (state !== 'answered') {
      await this.#settled(id, '', failed(state === 'expired' ? 'expired' : (lastError ?? 'unreadable'), id));
      return;
    }
    const answer = await travel.answer(id).catch(() => undefined);
    // Another tab has taken the answer.
    if (answer === undefined) return;
    const reading = new Reading();
    reading.takeWhole(await answer.text());
    const date = Date.parse(answer.headers.get('date') ?? '');
    const facts = queuedFacts(
      (name) => answer.headers.get(name),
      reading.told,
      askedAt,
      Number.isNaN(date) ? ports.now() : date,
    );
    const outcome: Settled = reading.isDone
      ? { state: 'complete', facts }
      : { state: 'failed', problem: ownProblem(reading.error?.code ?? 'unreadable'), facts };
    await this.#settled(id, reading.text, outcome);
    await spent.add(facts.costUsd);
    // The answer is stored with its conversation now, so the outbox can forget it.
    await travel.cancel(id).catch(() => false);
  }

  async #settled(queueId: string, text: string, outcome: Settled): Promise<void> {
    const { conversations, ports } = this.#parts;
    const head = headWith(conversations.heads.peek(), queueId);
    if (head !== undefined)
      await conversations.apply(head.id, { kind: 'queue-settled', queueId, text, outcome, at: ports.now() });
  }
}

const headWith = (heads: readonly KeptHead[], id: string): KeptHead | undefined =>
  heads.find(({ queued }) => queued.some(({ queueId }) => queueId === id));

/** A failed outcome. `queueId`: set if the outbox keeps the question, and sends it on request. */
const failed = (code: string, queueId?: string): Settled => ({
  ...{ state: 'failed', problem: ownProblem(code), facts: null },
  ...(queueId !== undefined && { queueId }),
});
