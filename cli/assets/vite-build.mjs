/**
 * Builds each page with Vite and writes the files to standard output, as JSON. It is a separate process because Vite reads and sets
 * NODE_ENV of its process, and because its memory would stay in use for as long as `npm start` runs.
 */
import { join } from 'node:path';
import { build } from 'vite';

const [source, pages] = process.argv.slice(2);
const customLogger = toStandardError();

const modules = new Set();
const built = {};
for (const page of JSON.parse(pages)) built[page.path] = await filesOf(page);
process.stdout.write(JSON.stringify({ modules: [...modules], pages: built }));

async function filesOf({ source: directory, file: served, assets }) {
  const { output } = await build({
    root: join(source, directory),
    configFile: false,
    envFile: false,
    publicDir: false,
    logLevel: 'warn',
    customLogger,
    base: './',
    build: {
      write: false,
      target: 'es2022',
      // These browsers keep light-dark() as it is written.
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      assetsDir: assets.slice(1, -1),
      // One stylesheet, which goes into the page, and no data: URLs in place of files.
      cssCodeSplit: false,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // The router serves this file itself, for other pages too.
      rolldownOptions: { external: ['/travel.js'] },
    },
  });
  for (const id of output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))) modules.add(id);
  return output.map((file) => [
    file.fileName === 'index.html' ? served : `/${file.fileName}`,
    Buffer.from(file.type === 'chunk' ? file.code : file.source).toString('base64'),
  ]);
}

/** A logger that prints to standard error, because standard output is for the files. */
function toStandardError() {
  const say = (text) => console.error(text);
  const said = new Set();
  return {
    hasWarned: false,
    info: () => {},
    warn: say,
    warnOnce(text) {
      if (!said.has(text)) say(text);
      said.add(text);
    },
    error: say,
    clearScreen: () => {},
    hasErrorLogged: () => false,
  };
}
