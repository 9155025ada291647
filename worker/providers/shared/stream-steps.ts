import { utf8Bytes } from '../../../protocol/utf8-bytes.ts';
import type { StreamStep } from '../adapter.ts';

/** The provider said that nothing more comes. */
export const DONE_STEPS: StreamStep[] = [{ kind: 'done' }];

/** The steps of an event without any of the answer. */
export const NO_STEPS: StreamStep[] = [];

/** The step of an event that may have held part of the answer, counted with its whole length. No step if it certainly held none. */
export const lostStep = (isLost: boolean, data: string): StreamStep[] =>
  isLost ? [{ kind: 'lost', textBytes: utf8Bytes(data) }] : NO_STEPS;

/** Something that was generated and billed, and that no chunk shows. */
export const unseenStep = (textBytes: number): StreamStep[] =>
  textBytes === 0 ? NO_STEPS : [{ kind: 'unseen', textBytes }];
