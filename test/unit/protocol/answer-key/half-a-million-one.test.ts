import { it } from 'vitest';
import { checkKeys } from './million-keys.ts';

// One of two files, so that the million keys take both cores of a small machine.
it('the same key exactly where the oracle sees the same question, half a million times', () => {
  checkKeys(500_000);
});
