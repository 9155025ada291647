import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { FILTER } from '../../../cli/workerd/log-filter.ts';
import { readableLine } from '../../../cli/workerd/log-lines.ts';

const LINES = [
  'said by the Worker',
  '',
  '{"event":"request","path":"/a.rs:1: error: no"}',
  'stack: 55d0 55d1 /build/workerd',
  'workerd/io/worker.c++:2045: info: uncaught exception; source = Uncaught (in promise); stack = Error: no',
  'workerd/server/server.c++:123: error: workerd/io/x.h:4: failed: remote.jsg.Error: it broke; a.c++:1: failed: jsg.Error: twice',
  'kj/async.c++:9: warning: NOSENTRY SQLite alarm overdue by 3 s',
  'src/rust/lib.rs:77: warning: NOSENTRY DEBUG_ALARM: late',
  'src/rust/lib.rs:77: warning: NOSENTRY of another kind',
  'of the stack: kept',
  'a sentence, worker.c++:1: error: in the middle of it',
];

describe('workerd’s lines', () => {
  it('are made as readable by the filter of npm run serve as by npm start', () => {
    const { stdout } = spawnSync('sed', ['-E', FILTER], {
      input: LINES.map((line) => `${line}\n`).join(''),
      encoding: 'utf8',
    });
    const expected = LINES.map(readableLine).filter((line) => line !== undefined);
    expect(stdout.split('\n').slice(0, -1)).toEqual(expected);
    expect(expected).toContain('workerd error: Error: it broke; Error: twice');
    expect(expected).toHaveLength(LINES.length - 3);
  });
});
