/** Reads an answer: the text of its events, and the facts in its last chunk. */
import type { AttemptFact, CooldownFact } from './facts.ts';

/** What the body of an answer says. */
export interface Told {
  text: string;
  model: string | null;
  outputTokens: number | null;
  finishReason: string | null;
  skippedEvents?: number | undefined;
  costUsd: number | null;
  attempts: readonly AttemptFact[] | null;
  cooldowns: readonly CooldownFact[];
}

export interface RouterError {
  code: string;
  message: string | null;
  /** When a spent budget resets, in epoch milliseconds. */
  resetsAt?: number;
}

type Json = Record<string, unknown>;

/** Takes the data of each event. Only `[DONE]` shows that an answer is complete. */
export class Reading {
  #text = '';
  #isDone = false;
  #error: RouterError | undefined;
  #rest: Omit<Told, 'text'> = {
    ...{ model: null, outputTokens: null, finishReason: null },
    ...{ costUsd: null, attempts: null, cooldowns: [] },
  };

  get text(): string {
    return this.#text;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  get error(): RouterError | undefined {
    return this.#error;
  }

  get told(): Told {
    return { ...this.#rest, text: this.#text };
  }

  take(data: string): void {
    if (this.#isDone || this.#error !== undefined) return;
    if (data === '[DONE]') {
      this.#isDone = true;
      return;
    }
    const chunk = objectOf(data);
    if (chunk === undefined) return;
    if (chunk.error) this.#error = errorOf(chunk.error);
    // An error lists the attempts that were made too.
    this.#add(chunk, 'delta');
  }

  /** Takes a whole completion from the outbox. */
  takeWhole(body: string): void {
    const completion = objectOf(body);
    if (completion === undefined || completion.error || !Array.isArray(completion.choices)) {
      this.#error = completion?.error ? errorOf(completion.error) : { code: 'unreadable', message: null };
      return;
    }
    this.#add(completion, 'message');
    this.#isDone = true;
  }

  #add(chunk: Json, part: 'delta' | 'message'): void {
    const choice = Array.isArray(chunk.choices) ? fields(chunk.choices[0]) : {};
    const said = fields(choice[part]);
    for (const piece of [said.content, said.refusal]) if (typeof piece === 'string') this.#text += piece;
    const { model, usage, carryon, carryon_cost_usd: costUsd } = chunk;
    const told = fields(carryon);
    const before = this.#rest;
    this.#rest = {
      model: string(model) ?? before.model,
      outputTokens: number(fields(usage).completion_tokens) ?? before.outputTokens,
      finishReason: string(choice.finish_reason) ?? before.finishReason,
      skippedEvents: number(told.skippedEvents) ?? before.skippedEvents,
      costUsd: number(costUsd) ?? number(told.costUsd) ?? before.costUsd,
      attempts: Array.isArray(told.attempts) ? told.attempts.flatMap(attemptOf) : before.attempts,
      cooldowns: Array.isArray(told.cooldowns) ? told.cooldowns.flatMap(cooldownOf) : before.cooldowns,
    };
  }
}

/** The error in a body; undefined if there is none. */
export function errorInBody(body: string): RouterError | undefined {
  const error = objectOf(body)?.error;
  return error ? errorOf(error) : undefined;
}

function errorOf(error: unknown): RouterError {
  const { code, type, message, limit } = fields(error);
  const resetsAt = number(fields(limit).resetsAt);
  return {
    ...{ code: string(code) ?? string(type) ?? 'unreadable', message: string(message) },
    ...(resetsAt !== null && { resetsAt }),
  };
}

function attemptOf(value: unknown): AttemptFact[] {
  const { deployment, model, startedMs, ttftMs, ms, result, status, hop } = fields(value);
  if (typeof deployment !== 'string' || typeof result !== 'string') return [];
  return [
    {
      ...{ deployment, model: string(model) ?? '', startedMs: number(startedMs) ?? 0, ttftMs: number(ttftMs) },
      ...{ ms: number(ms) ?? 0, result, hop: number(hop) ?? 0 },
      ...(typeof status === 'number' && { status }),
    },
  ];
}

function cooldownOf(value: unknown): CooldownFact[] {
  const { deployment, cause, leftMs } = fields(value);
  if (typeof deployment !== 'string') return [];
  return [{ deployment, cause: string(cause) ?? '', leftMs: number(leftMs) ?? 0 }];
}

function objectOf(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

const fields = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const string = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
