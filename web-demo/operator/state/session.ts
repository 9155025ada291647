/** Who is signed in, what is looked at, and how a change is made. */
import { type Signal, signal } from '@preact/signals';
import type { ShownConfig } from '../../../worker/core/config/shown-config.ts';
import { type Problem, wrongKind } from '../core/problem.ts';
import { type Api, type ApiPorts, createApi, type Reply } from './api.ts';
import { Reads } from './reads.ts';

/** One signed-in operator. */
export interface Session {
  config: ShownConfig;
  api: Api;
  reads: Reads;
  /** Whether the key may change anything. */
  mayChange: boolean;
  /** The browser's clock, epoch milliseconds. */
  now(): number;
  signOut(): void;
}

/** The tenant, feature and window that the page shows. */
export interface Filters {
  /** Null: all. */
  tenant: Signal<string | null>;
  feature: Signal<string | null>;
  window: Signal<string>;
}

export const newFilters = (): Filters => ({ tenant: signal(null), feature: signal(null), window: signal('30d') });

/** The page before and after signing in. */
export class Gate {
  readonly session = signal<Session | null>(null);
  /** Why nobody is signed in, or not any more. */
  readonly said = signal<string | null>(null);
  readonly isAsking = signal(false);
  readonly #ports: ApiPorts;

  constructor(ports: ApiPorts) {
    this.#ports = ports;
  }

  async signIn(key: string): Promise<void> {
    const wrong = wrongKind(key);
    if (wrong !== undefined) {
      this.said.value = wrong;
      return;
    }
    this.isAsking.value = true;
    this.said.value = null;
    const api = createApi(key, this.#ports, (problem) => this.#end(problem));
    const reply: Reply<ShownConfig> = await api.get('config');
    this.isAsking.value = false;
    if (!reply.ok) {
      this.said.value = reply.error.text;
      return;
    }
    const { scope } = reply.value.operator;
    this.session.value = {
      ...{ config: reply.value, api, mayChange: scope !== 'read' },
      reads: new Reads(api, this.#ports.now),
      now: this.#ports.now,
      signOut: () => this.signOut(),
    };
  }

  /** Everything that was read is forgotten with the session. */
  signOut(): void {
    this.session.value = null;
    this.said.value = null;
  }

  #end(problem: Problem): void {
    if (this.session.peek() !== null) this.said.value = `You were signed out. ${problem.text}`;
    this.session.value = null;
  }
}
