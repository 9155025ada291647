/** `npm start`: builds the Worker, starts the sandbox providers and the router, and prints what to do next. */

import { aboutVariables } from './about-variables.ts';
import { banner } from './banner.ts';
import { refuseInvalidVariables, slotsIn, unsetVariables } from './check-variables.ts';
import { endWithNpm } from './end-with-npm.ts';
import { portFrom, readMachineVariables } from './environment.ts';
import { eventLine } from './event-lines.ts';
import { readFlags } from './flags.ts';
import { DEFAULT_PORT, sandboxSlots, withSandboxProviders } from './local-defaults.ts';
import { checkPorts } from './ports.ts';
import { knownSlotPrices, slotPriceLines } from './prices/slots.ts';
import { builtScriptPath } from './project.ts';
import { rememberPort } from './remembered-port.ts';
import { runScript } from './run-script.ts';
import { sandboxPortsNeeded, startSandboxProviders } from './sandbox.ts';
import { runUntilStopped } from './shutdown.ts';
import { stateDirectory } from './state-directory.ts';
import { buildRouter } from './workerd/build-router.ts';
import { startWorkerd } from './workerd/start-workerd.ts';

const HOST = '127.0.0.1';
const USAGE = `npm start              the router, with sandbox providers wherever no real ones are set
npm start -- --fresh   the same, with an empty state

Variables: PORT (8787), CARRYON_STATE (.carryon/state), CARRYON_DEV_VARS (.dev.vars), SANDBOX_OPENAI_PORT,
SANDBOX_ANTHROPIC_PORT, SANDBOX_CONTROL_PORT (8788, 8789, 8790), SANDBOX_PACE (human, fast), SANDBOX_SEED`;

await runScript({ usage: USAGE, otherwise: start });

async function start(args: string[]): Promise<void> {
  endWithNpm();
  const { env } = process;
  const { fresh = false } = readFlags(args, { fresh: { type: 'boolean' } });
  const port = portFrom(env, 'PORT', DEFAULT_PORT);
  const sandboxPorts = sandboxPortsNeeded(env);
  const state = await stateDirectory(env);

  console.log('· checking the configuration and building the Worker');
  const { config, built, assetsDirectory, wrangler, warnings } = await buildRouter();
  for (const line of warnings) console.log(line);
  const { variables, localAsked } = readMachineVariables(built.variableNames, env, wrangler.vars);
  const local = localAsked ?? true;
  refuseInvalidVariables(config, local ? { ...variables, CARRYON_LOCAL: '1' } : variables);
  const slots = local ? sandboxSlots(variables).filter(({ slot }) => slotsIn(config).has(slot)) : [];
  const ports = [{ port, variable: 'PORT' }, ...(slots.length > 0 ? sandboxPorts : [])];
  const command = fresh ? 'npm start -- --fresh' : 'npm start';
  await checkPorts(ports, { host: HOST, command, environment: env, stateDirectory: state });

  const sandbox = slots.length > 0 ? await startSandboxProviders(env, sandboxPorts) : undefined;
  if (sandbox !== undefined) {
    console.log(`· sandbox providers stand in for ${slots.map(({ slot }) => slot).join(' and ')}`);
  }
  for (const { slot } of slots.filter((open) => variables[`${open.slot}_KEY`])) {
    console.log(`  ${slot}_KEY is set, but ${slot}_API_BASE is not: no real provider is called until both are`);
  }

  const known = await knownSlotPrices(config, variables);
  const priced = { ...variables, ...known };
  const given = {
    ...(local ? { ...withSandboxProviders(priced, sandbox), CARRYON_LOCAL: '1' } : priced),
    CARRYON_LOG: 'requests',
  };
  const lines = [...slotPriceLines(config, given, known), ...aboutVariables(config, given, local)];
  for (const line of lines) console.log(`· ${line}`);
  console.log(fresh ? '· starting workerd with an empty state' : '· starting workerd');
  const workerd = await startWorkerd({
    services: [{ name: 'carryon', port, scriptPath: builtScriptPath }],
    host: HOST,
    stateDirectory: state,
    fresh,
    wrangler,
    assetsDirectory,
    variables: given,
    onLog: (line) => {
      const text = eventLine(line);
      if (text !== undefined) console.log(text);
    },
  });
  await rememberPort(state, workerd.url);
  const stopped = runUntilStopped({
    exited: workerd.exited,
    stop: async () => {
      await Promise.all([workerd.stop(), sandbox?.close()]);
    },
  });
  console.log(
    banner({
      url: workerd.url.replace(HOST, 'localhost'),
      model: config.features[config.defaultFeature]?.alias ?? Object.keys(config.aliases)[0] ?? '',
      sandboxSlots: slots,
      controlUrl: sandbox?.controlUrl.replace(HOST, 'localhost'),
      local,
      ownAdminKey: variables.ADMIN_KEY !== undefined,
      notSet: unsetVariables(config, given, local),
    }),
  );
  await stopped;
}
