import { expect, it } from 'vitest';
import { checkConfig } from '../../../../worker/core/config/check.ts';
import { resolveConfig } from '../../../../worker/core/config/resolve.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

function header(local: boolean, addressHeader?: string): string | undefined {
  const input = {
    aliases: { 'app/chat': { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] } },
    features: { chat: {} },
    defaultFeature: 'chat',
    ...(addressHeader !== undefined && { router: { addressHeader } }),
  };
  const checked = checkConfig(input, PRESETS);
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  return resolveConfig(checked.value, { CARRYON_LOCAL: local ? '1' : '' }, PRESETS).config.router.addressHeader;
}

it('is the one that config names, and else locally Cloudflare’s, deployed none', () => {
  expect([header(true), header(false)]).toEqual(['cf-connecting-ip', undefined]);
  expect([header(true, 'X-Real-IP'), header(false, 'X-Real-IP')]).toEqual(['x-real-ip', 'x-real-ip']);
  expect(() => header(true, 'not a header')).toThrow('write the name of a header');
});
