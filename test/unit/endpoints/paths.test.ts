import { expect, it } from 'vitest';
import { notFoundText } from '../../../worker/endpoints/paths.ts';

it.each(['/admin/pins/app/chat', '/admin/aliases/app/chat/v2'])('%s is told how an alias is written', (path) => {
  expect(notFoundText(path)).toContain(
    `nothing at ${path}. A / within a name is written %2F, as in app%2Fchat. There are `,
  );
});

it.each(['/admin/pins', '/admin/pins/', '/admin/pins/app/', '/admin/faults/a/b', '/ai/pins/a/b', '/pins/a/b'])(
  '%s is not',
  (path) => {
    expect(notFoundText(path)).not.toContain('%2F');
  },
);
