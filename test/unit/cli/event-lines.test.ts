import { expect, test } from 'vitest';
import { eventLine } from '../../../cli/event-lines.ts';

const request = {
  ...{ event: 'request', requestId: 'id-1', method: 'POST', path: '/ai', status: 200, tookMs: 1234 },
  ...{ deployment: 'a', attempts: '1', cache: null, costUsd: '0.000043' },
};

test.for<[object, string]>([
  [request, 'POST /ai  200  1.23 s  by a  $0.000043  id-1'],
  [{ ...request, attempts: '3', deployment: 'b' }, 'POST /ai  200  1.23 s  by b  3 attempts  $0.000043  id-1'],
  [{ ...request, cache: 'hit', attempts: '0', costUsd: null }, 'POST /ai  200  1.23 s  by a  cache hit  id-1'],
  [{ ...request, status: 401, deployment: null, attempts: '0', costUsd: null }, 'POST /ai  401  1.23 s  id-1'],
  [
    { event: 'request_failed_over', requestId: 'id-2', failed: 'a server_error, a server_error', servedBy: 'b' },
    '  failed over: a server_error, a server_error → b  id-2',
  ],
  [
    { event: 'request_failed', requestId: 'id-3', failed: 'a silent', code: 'providers_unavailable' },
    '  failed: a silent → providers_unavailable  id-3',
  ],
  [{ event: 'request_failed', requestId: 'id-4', failed: '', code: 'overloaded' }, '  failed: overloaded  id-4'],
  [
    { event: 'answer_interrupted', requestId: 'id-5', deployment: 'a', reason: 'cut' },
    '  broke off after its content had begun: a cut  id-5',
  ],
  [
    { event: 'deployment_cooling', deployment: 'a', cause: 'cut', cooldownMs: 10_000, needsOperator: false },
    '  cooldown: a for 10.00 s (cut)',
  ],
  [
    { event: 'deployment_cooling', deployment: 'a', cause: 'bad_key', cooldownMs: 300_000, advice: 'replace the key' },
    '  cooldown: a for 300.00 s (bad_key): replace the key',
  ],
  [
    { event: 'book_unreachable', requestId: 'id-8', reason: 'timeout' },
    '  the book of requests does not answer: timeout  id-8',
  ],
  [
    { event: 'telemetry_failing', sink: 'otlp_traces', reason: 'cannot be reached', dropped: 0, needsOperator: false },
    '  telemetry: otlp_traces cannot be reached',
  ],
  [
    { event: 'telemetry_back', sink: 'otlp_traces', dropped: 7 },
    '  telemetry: otlp_traces works again; 7 records were lost',
  ],
  [{ ...request, mode: 'normal' }, 'POST /ai  200  1.23 s  by a  $0.000043  id-1'],
  [{ ...request, mode: 'bypass' }, 'POST /ai  200  1.23 s  by a  bypass  $0.000043  id-1'],
  [
    { event: 'deployment_cooling', deployment: 'a', cause: 'cut', cooldownMs: 10_000, drill: true },
    '  cooldown (drill): a for 10.00 s (cut)',
  ],
  [{ event: 'deployment_back', deployment: 'a', outageMs: 12_224, drill: true }, '  back (drill): a, after 12.22 s'],
  [{ event: 'deployment_back', deployment: 'a', outageMs: 12_224 }, '  back: a, after 12.22 s'],
])('%j', ([event, line]) => expect(eventLine(JSON.stringify(event))).toBe(line));

test.for(['said by somebody', '{"event":"toString"}', '{"event":"webhook_failing","webhook":"a"}', '{"event":"'])(
  'passes as it is: %s',
  (line) => expect(eventLine(line)).toBe(line),
);

test('a scrape of /metrics is not printed, a refused one is', () => {
  const scrape = { event: 'request', requestId: 'id-9', method: 'GET', path: '/metrics', tookMs: 3, attempts: '0' };
  expect(eventLine(JSON.stringify({ ...scrape, status: 200 }))).toBeUndefined();
  expect(eventLine(JSON.stringify({ ...scrape, status: 401 }))).toBe('GET /metrics  401  0.00 s  id-9');
});
