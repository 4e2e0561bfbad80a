/**
 * Builds `dist`: a file for each entry, and chunks for what they share. Some 200 small modules would take a program
 * that imports the package, and each start of the command line, twice as long to load.
 */
import { defineConfig } from 'rolldown';
import manifest from './package.json' with { type: 'json' };
import { buildDashboard } from './src/dashboard/client/build.ts';

/** `./dist/index.js` is built from `src/index.ts`. */
const built = [
  ...Object.values(manifest.exports).flatMap((entry) => (typeof entry === 'string' ? [] : [entry.default])),
  ...Object.values(manifest.bin),
].map((path) => path.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, ''));

/** Modules that are found by their place beside the module that names them; so all chunks lie in one folder. */
const besides = {
  'node-check': 'src/node-check.ts',
  'writer-thread-main': 'src/stores/sqlite/writing/writer-thread-main.ts',
  'comparison-thread-main': 'src/simulate/versions/comparison-thread-main.ts',
  'demo-tasks': 'src/cli/demo/demo-tasks.ts',
};

const packages = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];

/** Imports the check of Node's version before all else; the command line makes that check itself. */
function checkNodeFirst({ isEntry, name }: { isEntry: boolean; name: string }): string {
  if (!isEntry || name in besides || name === 'cli/main') return '';
  return `import '${'../'.repeat(name.split('/').length - 1) || './'}node-check.js';`;
}

await buildDashboard();

export default defineConfig({
  input: { ...Object.fromEntries(built.map((name) => [name, `src/${name}.ts`])), ...besides },
  platform: 'node',
  external: packages.map((name) => new RegExp(`^${name}(/|$)`)),
  output: { dir: 'dist', cleanDir: true, chunkFileNames: '[name]-[hash].js', banner: checkNodeFirst },
});
