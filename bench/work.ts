/** The work that everybody is given: users × tasks, each task a handler that does nothing. */
import { createEngine, type Directory, type Store } from '../src/index.ts';

/** A load. */
export interface Load {
  readonly users: number;
  readonly tasks: number;
}

/** What a run of the load took. */
export interface Took {
  /** Tasks per second, from the call of `activate` until the run is finished. */
  readonly tasksPerSecond: number;
  /** Largest resident memory seen, bytes. */
  readonly residentMax: number;
}

/** Runs the load on an engine over `store`, and closes it. */
export async function runLoad({ users, tasks }: Load, store: Store): Promise<Took> {
  const engine = await createEngine({ store, directory: numbered(users), tasks: { '*': () => {} } });
  const workflow = await engine.workflows.create({
    category: 'joiner',
    displayName: 'Bench',
    executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
    tasks: Array.from({ length: tasks }, (_, index) => ({ taskDefinitionId: `task-${index + 1}` })),
  });
  await engine.start();
  let residentMax = process.memoryUsage.rss();
  engine.on('run.progress', () => {
    residentMax = Math.max(residentMax, process.memoryUsage.rss());
  });
  const startMs = performance.now();
  const run = await engine.runs.activate(workflow.id, { rule: "not (department eq 'nobody')" });
  const done = await engine.runs.finished(run.id);
  const seconds = (performance.now() - startMs) / 1_000;
  if (done.successfulUsersCount !== users)
    throw new Error(`Expected ${users} users to complete, got ${done.successfulUsersCount}`);
  await engine.close();
  return { tasksPerSecond: (users * tasks) / seconds, residentMax };
}

/** A directory of people who are nothing but their ids: it costs what a directory must cost. */
function numbered(users: number): Directory {
  return {
    get: async (ids) => ids.map((id) => ({ id })),
    async *query() {
      for (let no = 0; no < users; no++) yield { id: `user-${no}` };
    },
  };
}
