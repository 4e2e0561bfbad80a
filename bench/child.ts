/** Child process of the bench: runs the given module with the given input, sends the sample, and exits. */
import { enableCompileCache } from 'node:module';
import type { Sample } from './measure.ts';

/** What a module in `sides/` exports as `run`. `send` reports progress to the parent process. */
export type Run<Input> = (input: Input, send: (message: object) => void) => Promise<Sample>;

const [module = '', input = '{}'] = process.argv.slice(2);
const send = (message: object): void => {
  process.send?.(message);
};

// The parent has gone: there is no reader for the sample.
process.on('disconnect', () => process.exit(1));
try {
  enableCompileCache(); // as the command line does
  const { run } = (await import(module)) as { run: Run<unknown> };
  const sample = await run(JSON.parse(input), send);
  process.send?.({ kind: 'done', sample }, () => process.exit(0));
} catch (error) {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.send?.({ kind: 'failed', reason }, () => process.exit(1));
}
