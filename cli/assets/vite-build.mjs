/**
 * Builds the demo's page with Vite and writes the files to standard output, as JSON. A process of its own, because Vite takes NODE_ENV
 * from its process and sets it, and because what it leaves in memory would stay as long as `npm start` runs.
 */
import { build } from 'vite';

const [root] = process.argv.slice(2);

const { output } = await build({
  root,
  configFile: false,
  envFile: false,
  publicDir: false,
  logLevel: 'warn',
  customLogger: toStandardError(),
  base: './',
  build: {
    write: false,
    target: 'es2022',
    // light-dark() as it is written.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsDir: 'demo-assets',
    // One file, which the page carries in itself; and no data: URLs in the place of files.
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The router's own file, which other pages use as well.
    rolldownOptions: { external: ['/travel.js'] },
  },
});

const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
const files = output.map((file) => [
  `/${file.fileName}`,
  Buffer.from(file.type === 'chunk' ? file.code : file.source).toString('base64'),
]);
process.stdout.write(JSON.stringify({ modules, files }));

/** Standard output is for the files. */
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
