/** `npm run serve`: the built Worker under plain `workerd serve`, for benchmarks and for hosts outside Cloudflare. */
import { aboutVariables } from './about-variables.ts';
import { refuseInvalidVariables, slotsIn, unsetVariables } from './check-variables.ts';
import { endWithNpm } from './end-with-npm.ts';
import { portFrom, readMachineVariables } from './environment.ts';
import { readFlags } from './flags.ts';
import { DEFAULT_PORT, sandboxSlots, withSandboxProviders } from './local-defaults.ts';
import { checkPorts } from './ports.ts';
import { knownSlotPrices, slotPriceLines } from './prices/slots.ts';
import { builtScriptPath } from './project.ts';
import { rememberPort } from './remembered-port.ts';
import { runScript } from './run-script.ts';
import { stateDirectory } from './state-directory.ts';
import { buildRouter } from './workerd/build-router.ts';
import { handOver } from './workerd/hand-over.ts';
import { startLogFilter } from './workerd/log-filter.ts';
import { startWorkerd } from './workerd/start-workerd.ts';

const LOOPBACK = '127.0.0.1';

/** Says which of a deploy's two secrets are set. Another line says what a missing secret closes. */
const ownSecrets = (variables: Readonly<Record<string, string>>): string =>
  ['KEY_SECRET', 'ADMIN_KEY'].map((name) => `${name} is ${variables[name] ? 'yours' : 'not set'}`).join(', ');

const USAGE = `npm run serve   runs the built Worker in plain workerd: with KEY_SECRET and ADMIN_KEY like a deploy, without them in local mode

Variables: PORT (8787), HOST (127.0.0.1), CARRYON_STATE (.carryon/state), CARRYON_DEV_VARS (.dev.vars), CARRYON_LOCAL (1, 0),
and what carryon.config.ts names`;

await runScript({ usage: USAGE, otherwise: serve });

async function serve(args: string[]): Promise<void> {
  const parent = endWithNpm();
  const { env } = process;
  readFlags(args, {});
  const port = portFrom(env, 'PORT', DEFAULT_PORT);
  const host = env.HOST || LOOPBACK;
  const state = await stateDirectory(env);
  const check = { host, command: 'npm run serve', environment: env, stateDirectory: state };
  await checkPorts([{ port, variable: 'PORT' }], check);
  const { config, built, assetsDirectory, wrangler, warnings } = await buildRouter();
  for (const line of warnings) console.log(line);
  const { variables, localAsked } = readMachineVariables(built.variableNames, env, wrangler.vars);
  const local = localAsked ?? (variables.KEY_SECRET === undefined && variables.ADMIN_KEY === undefined);
  refuseInvalidVariables(config, local ? { ...variables, CARRYON_LOCAL: '1' } : variables);
  // Local mode's keys are in the documentation, so a machine must not offer them to its network by accident.
  if (local && localAsked === undefined && host !== LOOPBACK) {
    throw new Error(`HOST=${host} needs KEY_SECRET and ADMIN_KEY: without them the well-known local keys are in force`);
  }
  const known = await knownSlotPrices(config, variables);
  const priced = { ...variables, ...known };
  const given = local ? { ...withSandboxProviders(priced), CARRYON_LOCAL: '1' } : priced;
  for (const line of slotPriceLines(config, given, known)) console.log(line);
  const workerd = await startWorkerd({
    services: [{ name: 'carryon', port, scriptPath: builtScriptPath }],
    host,
    stateDirectory: state,
    wrangler,
    assetsDirectory,
    variables: given,
    output: startLogFilter(),
  });
  await rememberPort(state, workerd.url);
  for (const line of [...unsetVariables(config, given, local), ...aboutVariables(config, given, local)])
    console.log(line);
  const open = local ? sandboxSlots(variables).filter(({ slot }) => slotsIn(config).has(slot)) : [];
  if (open.length > 0) {
    const names = open.map(({ slot }) => `${slot}_API_BASE`).join(' and ');
    console.log(`Not set, so the sandbox of npm start is used (ports 8788 and 8789): ${names}`);
  }
  const mode = local ? 'local mode: well-known keys' : `production mode: ${ownSecrets(variables)}`;
  handOver(workerd, parent, `Carryon on ${workerd.url} (${mode}), workerd's process id ${workerd.pid}`);
}
