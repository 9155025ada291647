/**
 * The keys of one sign-in, as this isolate knows them. Requests share the keys, never a promise. In workerd one request cannot await
 * another's I/O, so requests that arrive during a read poll until it is done.
 */
import { isKept, isUnderWay, type KeySetTimes, keySetStep, readAgainMs } from '../core/identity/key-set-times.ts';
import { pause } from '../core/within.ts';
import type { Background, Clock, UpstreamFetch } from '../ports.ts';
import { isSignedBy, type Jwt } from './jwt.ts';
import { readKeySet, type SetKey, WEB_CRYPTO } from './read-key-set.ts';

/** `unavailable` means that the key set cannot be read now, and may hold the key. */
export type Signature = 'good' | 'wrong' | 'unavailable';

/** What a key set needs from outside. */
export interface KeySetPorts {
  fetch: UpstreamFetch;
  clock: Clock;
  /** Reports a failed read to the operator. */
  tell: (problem: string) => void;
}

/** At most this many keys are tried on a token. A token with a `kid` usually fits one key. */
const MOST_TRIED = 4;
/** The first and the longest wait when polling for the end of another request's read. */
const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 100;

/** One sign-in's keys. */
export class KeySet {
  readonly #url: string;
  readonly #ports: KeySetPorts;
  #keys: readonly SetKey[] = [];
  #times: KeySetTimes = { readAt: undefined, triedAt: undefined, isReading: false, failedAt: undefined };

  constructor(url: string, ports: KeySetPorts) {
    this.#url = url;
    this.#ports = ports;
  }

  /** Checks the signature of a token. The caller has already checked the `alg` of its header. */
  async check(jwt: Jwt, background: Background): Promise<Signature> {
    const step = keySetStep(this.#times, false, this.#now);
    const reading = step === 'read' || step === 'use, and read behind' ? this.#begin(background) : undefined;
    if (step === 'read') await reading;
    if (step === 'wait') await this.#waitForRead();
    const tried = this.#keys;
    let result = await this.#checkWithKeys(jwt);
    if (result !== 'good') {
      await (reading ?? this.#readAgain(background));
      if (this.#keys !== tried) result = await this.#checkWithKeys(jwt);
    }
    if (result !== 'unknown') return result;
    return this.#times.failedAt !== undefined || !isKept(this.#times, this.#now) ? 'unavailable' : 'wrong';
  }

  /** Milliseconds until the set may be read again. */
  get readAgainMs(): number {
    return readAgainMs(this.#times, this.#now);
  }

  /** Called if no key fits a token. Reads the set once more if that is allowed now. */
  async #readAgain(background: Background): Promise<void> {
    const step = keySetStep(this.#times, true, this.#now);
    if (step === 'read') await this.#begin(background);
    if (step === 'wait') await this.#waitForRead();
  }

  /** Begins a read. It runs in the background, because a client that leaves may end its request while others wait for the set. */
  #begin(background: Background): Promise<void> {
    const reading = this.#read();
    background(reading);
    return reading;
  }

  async #read(): Promise<void> {
    const { fetch, clock, tell } = this.#ports;
    this.#times = { ...this.#times, triedAt: this.#now, isReading: true };
    const read = await readKeySet(this.#url, fetch, clock);
    const ended = { ...this.#times, isReading: false };
    if (!read.ok) {
      tell(read.error);
      this.#times = { ...ended, failedAt: this.#now };
    } else {
      this.#keys = read.value;
      this.#times = { ...ended, readAt: this.#now, failedAt: undefined };
    }
  }

  async #waitForRead(): Promise<void> {
    for (
      let waitMs = FIRST_WAIT_MS;
      isUnderWay(this.#times, this.#now);
      waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)
    ) {
      await pause(waitMs, this.#ports.clock);
    }
  }

  async #checkWithKeys(jwt: Jwt): Promise<'good' | 'wrong' | 'unknown'> {
    if (!isKept(this.#times, this.#now)) return 'unknown';
    const { header } = jwt;
    const keys = this.#keys.filter(
      ({ kid, algorithm }) => algorithm === header.alg && (header.kid === undefined || kid === header.kid),
    );
    for (const { algorithm, key } of keys.slice(0, MOST_TRIED)) {
      if (await isSignedBy(key, WEB_CRYPTO[algorithm], jwt)) return 'good';
    }
    return keys.length === 0 ? 'unknown' : 'wrong';
  }

  get #now(): number {
    return this.#ports.clock.now();
  }
}
