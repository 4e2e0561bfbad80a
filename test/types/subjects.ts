/**
 * Handlers see their subjects with the type that the directory gives them. The compiler is the test: `npm run types`
 * fails when one of these lines does not hold.
 */
import { arrayDirectory, createEngine, type Directory, type TaskHandlerOptions } from '../../src/index.ts';

/** An interface has no index signature, as opposed to `Subject`. */
interface Person {
  readonly id: string;
  readonly mail: string | null;
}

declare const people: readonly Person[];
declare const directory: Directory<Person>;
declare const mail: (address: string) => Promise<void>;

const sendInvitation: TaskHandlerOptions<{ readonly template: string }, Person> = {
  run: ({ subject, arguments: { template } }) => mail(`${subject.mail ?? ''}${template}`),
};

export const engines = [
  createEngine({
    directory: arrayDirectory(people),
    tasks: {
      bare: ({ subject }) => mail(subject.mail ?? ''),
      withSettings: { run: ({ subject }) => mail(subject.mail ?? ''), timeoutMs: 1_000 },
      sendInvitation,
    },
  }),
  createEngine({
    directory,
    // @ts-expect-error: a person may have no mail
    tasks: { bare: ({ subject }) => mail(subject.mail) },
  }),
  createEngine({
    directory: arrayDirectory([{ id: 'ada', department: 'Research' }]),
    tasks: { inferred: ({ subject }) => mail(subject.department) },
  }),
  createEngine({
    // @ts-expect-error: without a directory's type nothing is known about an attribute
    tasks: { untyped: ({ subject }) => mail(subject.mail) },
  }),
];
