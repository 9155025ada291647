import { build, type Plugin } from 'esbuild';

/**
 * Runs worker/checked-config.ts while the Worker is built, and bundles its value in its place. `configPath`: a file to use in place of
 * the project's `carryon.config.ts`.
 */
export const configAsData = (configPath: string | undefined): Plugin => ({
  name: 'config as data',
  setup: (building) =>
    building.onLoad({ filter: /[/\\]worker[/\\]checked-config\.ts$/ }, async ({ path }) => ({
      contents: `export const CHECKED_CONFIG = ${JSON.stringify(await madeBy(path, configPath))}`,
      loader: 'ts',
    })),
});

async function madeBy(path: string, configPath: string | undefined): Promise<unknown> {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    logLevel: 'silent',
    plugins: configPath === undefined ? [] : [withConfig(configPath)],
  });
  const script = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  const made: { CHECKED_CONFIG: unknown } = await import(`data:text/javascript;base64,${script}`);
  return made.CHECKED_CONFIG;
}

const withConfig = (path: string): Plugin => ({
  name: 'another config',
  setup: (building) => building.onResolve({ filter: /\/carryon\.config\.ts$/ }, () => ({ path })),
});
