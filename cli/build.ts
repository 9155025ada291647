/** `npm run build`: checks the configuration, then bundles the Worker. `wrangler deploy` runs it first. */
import { readFlags } from './flags.ts';
import { writeOpenApi } from './openapi/write.ts';
import { runScript } from './run-script.ts';
import { buildRouter } from './workerd/build-router.ts';

const USAGE = 'npm run build   checks carryon.config.ts and writes dist/worker.js and dist/assets';

await runScript({ usage: USAGE, otherwise: build });

async function build(args: string[]): Promise<void> {
  readFlags(args, {});
  await writeOpenApi();
  const { built, assets, warnings } = await buildRouter();
  const scripts = assets.scripts.map((script) => ({ ...script, path: `/assets${script.path}` }));
  for (const line of warnings) console.error(line);
  for (const { path, bytes, gzippedBytes } of [{ path: '/worker.js', ...built }, ...scripts]) {
    console.log(`dist${path}: ${kib(bytes)}, ${kib(gzippedBytes)} gzipped`);
  }
  for (const { path, bytes, gzippedBytes } of assets.pages)
    console.log(`the page ${path} with its scripts: ${kib(bytes)}, ${kib(gzippedBytes)} gzipped`);
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}
