/** The signed-in operator, and the filters of the page. */
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
  /** True if the key may make changes. */
  mayChange: boolean;
  /** The browser's clock, epoch milliseconds. */
  now(): number;
  signOut(): void;
}

/** The tenant, feature and window that the page shows. */
export interface Filters {
  /** Null if all tenants are shown. */
  tenant: Signal<string | null>;
  feature: Signal<string | null>;
  window: Signal<string>;
}

export const newFilters = (): Filters => ({ tenant: signal(null), feature: signal(null), window: signal('30d') });

/** The page before and after signing in. */
export class Gate {
  readonly session = signal<Session | null>(null);
  /** Why the last sign-in failed, or why the session ended. */
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

  /** Ends the session, and with it everything that was read. */
  signOut(): void {
    this.session.value = null;
    this.said.value = null;
  }

  #end(problem: Problem): void {
    if (this.session.peek() !== null) this.said.value = `You were signed out. ${problem.text}`;
    this.session.value = null;
  }
}
