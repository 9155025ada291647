/** Asks the router as any client does, and reads an answer to its end, good or bad. */
import { createParser } from 'eventsource-parser';
import { LOCAL_ADMIN_KEY, LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { patiently } from './patiently.ts';

/** About 25 tokens. */
export const QUESTION = 'In 12 words: what is a failover?';

export interface AskOptions {
  model?: string;
  stream?: boolean;
  question?: string;
  user?: string;
  headers?: Record<string, string>;
  /** More fields of the body. */
  body?: Record<string, unknown>;
  signal?: AbortSignal;
}

export function ask(url: string, options: AskOptions = {}): Promise<Response> {
  const { model = 'app/chat', stream = false, question = QUESTION, user, headers = {}, body = {}, signal } = options;
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${LOCAL_CLIENT_KEY}`,
      'content-type': 'application/json',
      ...(user !== undefined && { 'x-carryon-user': user }),
      ...headers,
    },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: question }], ...body }),
    ...(signal && { signal }),
  });
}

export interface WireError {
  message: string;
  type: string;
  param: string | null;
  code: string | null;
}

/** An answer as a client sees it, streamed or not. */
export interface Answered {
  status: number;
  header(name: string): string | null;
  text: string;
  finishReason: string | null;
  error: WireError | undefined;
  usage: Record<string, unknown> | undefined;
  costUsd: number | undefined;
  /** For streams: true if `[DONE]` came. */
  done: boolean;
  /** For streams: how many events came after an error or after `[DONE]`. */
  afterwards: number;
  /** True if the connection broke instead of ending. */
  broken: boolean;
  raw: string;
}

interface Piece {
  error?: WireError;
  choices?: {
    delta?: { content?: string | null };
    message?: { content?: string | null };
    finish_reason?: string | null;
  }[];
  usage?: Record<string, unknown> | null;
  carryon_cost_usd?: number;
}

export async function read(asked: Response | Promise<Response>): Promise<Answered> {
  const response = await asked;
  const { raw, broken } = await rawText(response);
  const answered: Answered = {
    status: response.status,
    header: (name) => response.headers.get(name),
    text: '',
    finishReason: null,
    error: undefined,
    usage: undefined,
    costUsd: undefined,
    done: false,
    afterwards: 0,
    broken,
    raw,
  };
  const take = (piece: Piece) => {
    answered.error ??= piece.error;
    for (const choice of piece.choices ?? []) {
      answered.text += choice.delta?.content ?? choice.message?.content ?? '';
      answered.finishReason = choice.finish_reason ?? answered.finishReason;
    }
    answered.usage = piece.usage ?? answered.usage;
    answered.costUsd = piece.carryon_cost_usd ?? answered.costUsd;
  };
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    if (raw !== '') take(JSON.parse(raw) as Piece);
    return answered;
  }
  const parser = createParser({
    onEvent: ({ data }) => {
      if (answered.done || answered.error !== undefined) answered.afterwards++;
      if (data === '[DONE]') answered.done = true;
      else take(JSON.parse(data) as Piece);
    },
    onError: (error) => {
      throw error;
    },
  });
  parser.feed(raw);
  return answered;
}

async function rawText(response: Response): Promise<{ raw: string; broken: boolean }> {
  const decoder = new TextDecoder();
  let raw = '';
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const piece = await reader?.read();
      if (piece?.value === undefined) return { raw, broken: false };
      raw += decoder.decode(piece.value, { stream: true });
    }
  } catch {
    return { raw, broken: true };
  }
}

export const answered = (url: string, options: AskOptions = {}): Promise<Answered> => read(ask(url, options));

export function admin(url: string, path: string, init: { method?: string; body?: unknown } = {}): Promise<Response> {
  return patiently(() =>
    fetch(`${url}/admin/${path}`, {
      method: init.method ?? 'GET',
      headers: { authorization: `Bearer ${LOCAL_ADMIN_KEY}`, 'content-type': 'application/json' },
      ...(init.body !== undefined && { body: JSON.stringify(init.body) }),
    }),
  );
}

export interface Cooldown {
  deployment: string;
  until: number;
  since: number;
  cause: string;
  cooldownMs: number;
}

/** The cooldowns of these deployments, or all if none is named. */
export async function cooldowns(url: string, ...deployments: string[]): Promise<Cooldown[]> {
  const response = await admin(url, 'cooldowns');
  const { cooldowns } = (await response.json()) as { cooldowns: Cooldown[] };
  return deployments.length === 0 ? cooldowns : cooldowns.filter(({ deployment }) => deployments.includes(deployment));
}
