/**
 * Builds `dist`: a file for each entry, and chunks for what they share. Some 200 small modules would take a program
 * that imports the package, and each start of the command line, twice as long to load.
 */
import { readFileSync } from 'node:fs';
import { defineConfig, type PluginContext } from 'rolldown';
import manifest from './package.json' with { type: 'json' };
import { buildDashboard } from './src/dashboard/client/build.ts';
import { buildDocs } from './src/docs/build/site.ts';

/** `./dist/index.js` is built from `src/index.ts`. */
const built = [
  ...Object.values(manifest.exports).flatMap((entry) => (typeof entry === 'string' ? [] : [entry.default])),
  ...Object.values(manifest.bin),
].map((path) => path.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, ''));

/** Modules that are found by their place beside the module that names them; so all chunks lie in one folder. */
const besides = {
  'node-check': 'src/node-check.ts',
  'writer-thread-main': 'src/stores/sqlite/writing/writer-thread-main.ts',
  'simulation-thread-main': 'src/simulate/pool/simulation-thread-main.ts',
};

const packages = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];

/**
 * What is loaded together is one file; else each set of entries that share a module would make one, dozens of them for
 * `tenure` alone. A group takes what its modules import.
 */
const CHUNKS = [
  // What the start of the command line and the writer thread share with all else.
  { name: 'base', test: /src.(errors.|text.|model.time|system.real.clock)/ },
  { name: 'tenure', test: /src.index\.ts$/ },
];

/** Imports the check of Node's version before all else; the command line makes that check itself. */
function checkNodeFirst({ isEntry, name }: { isEntry: boolean; name: string }): string {
  if (!isEntry || name in besides || name === 'cli/main') return '';
  return `import '${'../'.repeat(name.split('/').length - 1) || './'}node-check.js';`;
}

await buildDashboard();
await buildDocs();

/** The packages whose code is in `demo-mail.js`; their licenses lie beside it (decision 36). */
const BUNDLED = ['nodemailer/LICENSE', 'smtp-server/LICENSE', 'punycode.js/LICENSE-MIT.txt'];

const licenses = {
  name: 'licenses',
  generateBundle(this: PluginContext) {
    const texts = BUNDLED.map((path) => `${path}\n\n${readFileSync(`node_modules/${path}`, 'utf8')}`);
    this.emitFile({ type: 'asset', fileName: 'demo-mail.licenses.txt', source: texts.join('\n\n') });
  },
};

export default defineConfig([
  {
    input: { ...Object.fromEntries(built.map((name) => [name, `src/${name}.ts`])), ...besides },
    platform: 'node',
    external: packages.map((name) => new RegExp(`^${name}(/|$)`)),
    output: {
      dir: 'dist',
      cleanDir: true,
      chunkFileNames: '[name]-[hash].js',
      banner: checkNodeFirst,
      // The declarations have the docstrings, and V8 reads every byte of a module before it runs.
      comments: { legal: true, annotation: false, jsdoc: false },
      codeSplitting: { groups: CHUNKS },
    },
  },
  {
    input: { 'demo-mail': 'src/cli/demo/demo-mail.ts' },
    platform: 'node',
    plugins: [licenses],
    output: { dir: 'dist', minify: true },
  },
]);
