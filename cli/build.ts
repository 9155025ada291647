/** `npm run build`: checks the configuration, then bundles the Worker. `wrangler deploy` runs it first. */
import { readFlags } from './flags.ts';
import { exitWithError } from './shutdown.ts';
import { buildRouter } from './workerd/build-router.ts';

try {
  readFlags(process.argv.slice(2), {}, 'npm run build   checks carryon.config.ts and writes dist/worker.js');
  const { built, warnings } = await buildRouter();
  for (const line of warnings) console.error(line);
  console.log(`dist/worker.js: ${kib(built.bytes)}, ${kib(built.gzippedBytes)} gzipped`);
} catch (error) {
  exitWithError(error);
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}
