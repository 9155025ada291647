import { expect, it } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { VERSION } from '../../../protocol/version.ts';

it('is the one of package.json', () => expect(VERSION).toBe(manifest.version));
