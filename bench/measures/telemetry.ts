import { compare, type Load, type Measure, type Side } from '../measure.ts';
import { resultOf } from './result.ts';

/** Above 10,000 people, so that one in a hundred is traced. */
const USERS = 100_000;

/** What watching costs: the durable run with telemetry and without, by the processor's time, which other work on the machine disturbs less. */
export const telemetry: Measure = {
  name: 'telemetry',
  summary: 'a durable run with the SDK of OpenTelemetry, beside one without',
  async *run(bench) {
    const { users, tasks, rounds } = { ...bench.settings, users: bench.settings.users ?? USERS };
    const load: Load = { users, tasks, waitMs: 0 };
    const watched = byCpuTime(bench.site.side('tenure with telemetry', 'telemetry', load));
    const plain = byCpuTime(bench.site.side('tenure without telemetry', 'durable', load));
    const comparison = await compare(watched, [plain], rounds, bench.progress);
    const unit = 'tasks by CPU time';
    yield resultOf({ name: 'telemetry', case: 'a watched run', unit, users, tasks, rounds }, comparison);
  },
};

function byCpuTime(side: Side): Side {
  const go = async () => {
    const { figures, perSecond } = await side.go();
    return { figures, perSecond: figures.perCpuSecond ?? perSecond };
  };
  return { name: side.name, go };
}
