import { createRequire } from 'node:module';
import type { SingleBar } from 'cli-progress';
import type { Host } from './host.ts';

const FRAMES_PER_SECOND = 10;
const BAR_COLUMNS_MAX = 40;

/**
 * A bar on stderr. cli-progress is loaded by the commands that show one; it is CommonJS, so `require` needs no wait.
 *
 * @param format as cli-progress has it: `{bar}` and names of the payload.
 * @param textColumns of everything on the line but the bar.
 */
export function terminalBar({ stderr }: Host, format: string, textColumns: number): SingleBar {
  const progress = createRequire(import.meta.url)('cli-progress') as typeof import('cli-progress');
  return new progress.SingleBar({
    stream: stderr.stream,
    fps: FRAMES_PER_SECOND,
    format,
    barsize: Math.max(5, Math.min(BAR_COLUMNS_MAX, stderr.columns - textColumns)),
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: true,
    // The signals are handled in one place, by interrupts.ts.
    gracefulExit: false,
  });
}
