import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type PageMessage,
  readPageMessage,
  readWorkerMessage,
  travelMessage,
  type WorkerMessage,
} from '../../../protocol/travel-messages.ts';

const PAGE_MESSAGES: PageMessage[] = [
  { kind: 'hello', person: 'alice', claim: true },
  { kind: 'hello', person: null, claim: false },
  { kind: 'mode', mode: 'travel' },
  { kind: 'cancel', id: 'q1' },
  { kind: 'send-now', id: 'q1' },
  { kind: 'answer', id: 'q1' },
  { kind: 'flush' },
  { kind: 'take-over' },
  { kind: 'streams' },
  { kind: 'ping' },
  { kind: 'queue' },
  { kind: 'usage' },
  { kind: 'clear' },
  { kind: 'sign-out', person: 'alice' },
  { kind: 'note-list', person: 'alice', prefix: '' },
  { kind: 'note-get', person: 'alice', name: 'chat/1' },
  { kind: 'note-put', person: 'alice', name: 'chat/1', text: '' },
  { kind: 'note-delete', person: 'alice', name: 'chat/1' },
];

const WORKER_MESSAGES: WorkerMessage[] = [
  { kind: 'token-wanted', person: 'alice' },
  { kind: 'token-wanted', person: null },
  { kind: 'told', event: 'connection', detail: { connection: 'unreachable' } },
  { kind: 'told', event: 'queue', detail: { waiting: 2 } },
  { kind: 'told', event: 'answered', detail: { id: 'q1' } },
  { kind: 'told', event: 'note', detail: { name: 'chat/1' } },
  { kind: 'told', event: 'resuming', detail: { streamId: 's1' } },
  { kind: 'told', event: 'resumed', detail: { streamId: 's1' } },
  { kind: 'told', event: 'mode', detail: { mode: 'auto' } },
  { kind: 'told', event: 'streams', detail: { open: 0 } },
  { kind: 'told', event: 'full', detail: {} },
  { kind: 'told', event: 'signed-out', detail: { person: 'alice' } },
];

const sides = [
  { side: 'page', messages: PAGE_MESSAGES as object[], read: readPageMessage },
  { side: 'worker', messages: WORKER_MESSAGES as object[], read: readWorkerMessage },
];

describe('news about a person', () => {
  const news = { kind: 'told', event: 'answered', detail: { id: 'q1' } } as const;
  it('names them, or is not read', () => {
    expect(readWorkerMessage(travelMessage({ ...news, person: 'alice' }))).toMatchObject({ person: 'alice' });
    for (const person of [null, 7, {}]) expect(readWorkerMessage({ ...travelMessage(news), person })).toBeUndefined();
  });
});

describe('the name of a note', () => {
  const named = (name: string) => travelMessage({ kind: 'note-get', person: 'alice', name });
  it('has 1 to 200 characters', () => {
    for (const name of ['n', 'n'.repeat(200)]) expect(readPageMessage(named(name))).toMatchObject({ name });
    for (const name of ['', 'n'.repeat(201)]) expect(readPageMessage(named(name))).toBeUndefined();
  });
});

describe.each(sides)('messages of a $side', ({ messages, read }) => {
  it.each(messages.map((message) => [JSON.stringify(message), message]))('are read: %s', (_, message) => {
    const posted = structuredClone(travelMessage(message as PageMessage));
    expect(read(posted)).toMatchObject(message);
  });

  it.each(messages.map((message) => [JSON.stringify(message), message]))(
    'are ignored where another wrote them, or a part is missing or of another type: %s',
    (_, message) => {
      expect(read(message)).toBeUndefined();
      expect(read({ ...message, carryon: 'travel/2' })).toBeUndefined();
      const posted = travelMessage(message as PageMessage) as Record<string, unknown>;
      for (const name of Object.keys(posted)) {
        const { [name]: left, ...rest } = posted;
        expect(read({ ...rest, [name]: Symbol.iterator })).toBeUndefined();
        if (name !== 'detail' || Object.keys(left as object).length > 0) expect(read(rest)).toBeUndefined();
      }
    },
  );
});

describe('anything else', () => {
  const strange = fc.oneof(
    fc.anything(),
    fc.record({ carryon: fc.constant('travel/1'), kind: fc.anything(), event: fc.anything(), detail: fc.anything() }),
    fc.record({
      carryon: fc.constant('travel/1'),
      kind: fc.constantFrom('told', 'constructor', '__proto__', 'toString', 'hasOwnProperty'),
      event: fc.constantFrom('constructor', '__proto__', 'toString', 'valueOf'),
      detail: fc.object(),
    }),
  );

  it('is ignored and never throws', () => {
    fc.assert(
      fc.property(strange, (data) => {
        expect(readPageMessage(data)).toBeUndefined();
        expect(readWorkerMessage(data)).toBeUndefined();
      }),
    );
  });
});
