/** The worker's conversation with the pages it serves: it tells them news, and asks them for tokens. */
import {
  type Connection,
  type TravelNews,
  type TravelNewsKind,
  travelMessage,
  type WorkerMessage,
} from '../protocol/travel-messages.ts';
import { connectionOf } from './core/connection.ts';
import type { Platform } from './platform.ts';
import type { Person, Store } from './store/store.ts';

/** How long a page may take to provide a token. */
const TOKEN_MS = 10_000;
/** How often to check whether the page still exists. */
const LOOK_MS = 500;

export type Audience =
  | { kind: 'all' }
  | { kind: 'tab'; tab: string }
  /** `except`: a tab of this person that knows already. */
  | { kind: 'person'; person: Person; except?: string };

export const ALL_TABS: Audience = { kind: 'all' };

export class Tabs {
  readonly #clients: Pick<Clients, 'get' | 'matchAll'>;
  readonly #store: Pick<Store, 'tabsOf'>;
  readonly #platform: Pick<Platform, 'after' | 'isOnline'>;
  readonly #streams = new Map<string, number>();
  #connection: Connection;

  constructor(
    clients: Pick<Clients, 'get' | 'matchAll'>,
    store: Pick<Store, 'tabsOf'>,
    platform: Pick<Platform, 'after' | 'isOnline'>,
  ) {
    this.#clients = clients;
    this.#store = store;
    this.#platform = platform;
    this.#connection = platform.isOnline() ? 'online' : 'offline';
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Records whether the router has just answered. Returns true if it has, and had not before. */
  reached(isReached: boolean): boolean {
    const before = this.#connection;
    this.#connection = connectionOf({ isOnline: this.#platform.isOnline(), isReached });
    if (this.#connection !== before) void this.tell('connection', { connection: this.#connection }, ALL_TABS);
    return isReached && before !== 'online';
  }

  get openStreams(): number {
    let open = 0;
    for (const ofTab of this.#streams.values()) open += ofTab;
    return open;
  }

  streamsOf(clientId: string): number {
    return this.#streams.get(clientId) ?? 0;
  }

  /** Counts a stream as open. Call the returned function when the stream is over. */
  streamOpened(clientId: string): () => void {
    this.#countStream(clientId, 1);
    return () => this.#countStream(clientId, -1);
  }

  #countStream(clientId: string, more: number): void {
    const open = this.streamsOf(clientId) + more;
    if (open > 0) this.#streams.set(clientId, open);
    else this.#streams.delete(clientId);
    void this.tell('streams', { open }, { kind: 'tab', tab: clientId });
  }

  async tell<Kind extends TravelNewsKind>(event: Kind, detail: TravelNews[Kind], to: Audience): Promise<void> {
    const about = to.kind === 'person' ? { person: to.person.name } : {};
    const message = travelMessage({ kind: 'told', event, detail, ...about } as WorkerMessage);
    for (const client of await this.#audience(to)) client.postMessage(message);
  }

  /** A token of this person, from the tab that asked if it is still open, or else from any of their tabs. */
  async token(person: Person | null, askedBy?: string): Promise<string | null> {
    const first = askedBy === undefined ? [] : await this.#audience({ kind: 'tab', tab: askedBy });
    const others = person === null ? [] : await this.#audience({ kind: 'person', person });
    const clients = new Map([...first, ...others].map((client) => [client.id, client]));
    for (const client of clients.values()) {
      const token = await this.#tokenOf(client, person);
      if (token !== null) return token;
    }
    return null;
  }

  #tokenOf(client: Client, person: Person | null): Promise<string | null> {
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      let callOff = () => {};
      let isSettled = false;
      const settle = (token: unknown) => {
        isSettled = true;
        callOff();
        port1.close();
        resolve(typeof token === 'string' && token !== '' ? token : null);
      };
      port1.onmessage = ({ data }: MessageEvent<{ token?: unknown } | null>) => settle(data?.token);
      // The worker does not wait for a page that is gone, such as after a reload.
      const look = (leftMs: number) => {
        callOff = this.#platform.after(LOOK_MS, async () => {
          const isThere = leftMs > LOOK_MS && (await this.#clients.get(client.id)) !== undefined;
          if (isSettled) return;
          if (isThere) look(leftMs - LOOK_MS);
          else settle(null);
        });
      };
      look(TOKEN_MS);
      client.postMessage(travelMessage({ kind: 'token-wanted', person: person?.name ?? null }), [port2]);
    });
  }

  async #audience(to: Audience): Promise<Client[]> {
    if (to.kind === 'all') return [...(await this.#clients.matchAll({ type: 'window' }))];
    const clients = await Promise.all((await this.#idsOf(to)).map((id) => this.#clients.get(id)));
    return clients.filter((client) => client !== undefined);
  }

  async #idsOf(to: Exclude<Audience, { kind: 'all' }>): Promise<string[]> {
    if (to.kind === 'tab') return [to.tab];
    return (await this.#store.tabsOf(to.person)).filter((id) => id !== to.except);
  }
}
