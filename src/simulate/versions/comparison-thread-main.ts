/** Main module of the thread of {@link ComparisonThread}. */
import { parentPort } from 'node:worker_threads';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { Subject } from '../../model/subject.ts';
import { compare } from '../compare.ts';
import { comparisonReport } from '../report/comparison-report.ts';
import type { ThreadAnswer, ThreadRequest } from './comparison-thread.ts';

type CompareRequest = Extract<ThreadRequest, { readonly kind: 'compare' }>;

const port = parentPort;
if (port === null) throw new Error('This module runs only in a worker thread; call compareVersions instead');
const people: Subject[] = [];
port.on('message', (request: ThreadRequest) => {
  if (request.kind === 'people') for (const subject of request.people) people.push(subject);
  else void answerTo(request).then((answer) => port.postMessage(answer));
});

async function answerTo({ scenarios, assumptions }: CompareRequest): Promise<ThreadAnswer> {
  const [before, after] = scenarios;
  const population = { kind: 'given', people } as const;
  try {
    const comparison = await compare(
      { ...before, population },
      { ...after, population },
      {
        onProgress: (side, { share }) =>
          port?.postMessage({
            kind: 'progress',
            share: (share + (side === 'a' ? 0 : 1)) / 2,
          } satisfies ThreadAnswer),
      },
    );
    return { kind: 'done', comparison, report: comparisonReport(comparison, assumptions) };
  } catch (error) {
    const code = LifecycleError.is(error) ? error.code : null;
    return { kind: 'failed', code, message: error instanceof Error ? error.message : String(error) };
  }
}
