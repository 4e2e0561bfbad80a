import type { Measure } from '../measure.ts';
import type { Asked } from '../sides/query.ts';
import { median } from '../statistics.ts';
import { resultOf } from './result.ts';

const USERS = 1_000_000;
const RUNS = 100_000;

/** Pages and summaries of a large file. All rounds share a process, since writing the file takes longest. */
export const query: Measure = {
  name: 'query',
  summary: 'pages of a million user results, a summary of 100,000 runs',
  async *run({ settings, site, progress }) {
    const { tasks, rounds } = settings;
    const users = settings.users ?? USERS;
    const runs = Math.min(RUNS, users);
    const folder = site.folder();
    const worker = site.start('query', { folder, users, runs, rounds });
    for (;;) {
      const message = await worker.next('working', 'asked', 'done');
      if (message.kind === 'done') break;
      if (message.kind === 'working') progress(String(message.text));
      if (message.kind !== 'asked') continue;
      const { question, comparison } = message as unknown as Asked;
      const heading = { name: 'query', case: question, unit: 'pages', users, tasks, rounds };
      const { ms = [], heldMs = [], heldCpuMs = [] } = comparison.figures;
      const figures = { ms: median(ms), heldMs: median(heldMs), heldCpuMs: median(heldCpuMs) };
      yield resultOf(heading, comparison, figures);
    }
    await worker.ended;
    site.remove(folder);
  },
};
