/** A process of the bench: runs the module and the input that it is given, tells the sample, and ends. */
import { enableCompileCache } from 'node:module';
import type { Sample } from './measure.ts';

/** What a module in `sides/` exports as `run`. `tell` is for those who watch it at work. */
export type Run<Input> = (input: Input, tell: (message: object) => void) => Promise<Sample>;

const [module = '', input = '{}'] = process.argv.slice(2);
const tell = (message: object): void => {
  process.send?.(message);
};

// Nobody is left who would read the sample.
process.on('disconnect', () => process.exit(1));
try {
  enableCompileCache(); // as the command line does
  const { run } = (await import(module)) as { run: Run<unknown> };
  const sample = await run(JSON.parse(input), tell);
  process.send?.({ kind: 'done', sample }, () => process.exit(0));
} catch (error) {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.send?.({ kind: 'failed', reason }, () => process.exit(1));
}
