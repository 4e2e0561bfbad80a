/** Handlers see the arguments of their tasks with types. The compiler is the test: `npm run types`. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { expectTypeOf } from 'vitest';
import { createEngine, type Directory, defineTask, type TaskContext } from '../../src/index.ts';

interface Person {
  readonly id: string;
  readonly mail: string | null;
}

declare const people: Directory<Person>;
/** As Zod types `z.object({ floor: z.coerce.number() })`. */
declare const floorSchema: StandardSchemaV1<{ floor: unknown }, { floor: number }>;

const grantBadge = defineTask({
  argumentsSchema: floorSchema,
  timeoutMs: 1_000,
  run: ({ subject, arguments: given }) => {
    expectTypeOf(given).toEqualTypeOf<{ floor: number }>();
    expectTypeOf(subject.id).toEqualTypeOf<string>();
    return { processingInfo: `floor ${given.floor.toFixed(0)}` };
  },
  preview: ({ arguments: { floor } }) => ({ processingInfo: floor.toFixed(0) }),
});

const greet = defineTask({
  run: ({ arguments: given }) => {
    expectTypeOf(given).toEqualTypeOf<Readonly<Record<string, string>>>();
  },
});

const welcome = defineTask({
  argumentsSchema: floorSchema,
  run: ({ subject, arguments: { floor } }: TaskContext<{ floor: number }, Person>) => {
    expectTypeOf(subject).toEqualTypeOf<Person>();
    expectTypeOf(floor).toEqualTypeOf<number>();
  },
});

export const engines = [
  createEngine({ tasks: { grantBadge, greet } }),
  createEngine({
    directory: people,
    tasks: {
      welcome,
      addUserToGroups: ({ subject, arguments: given }) => {
        expectTypeOf(subject).toEqualTypeOf<Person>();
        expectTypeOf(given.groupID).toEqualTypeOf<string>();
        expectTypeOf(given.another).toEqualTypeOf<string | undefined>();
      },
      requestAccessPackageAssignment: {
        run: ({ arguments: { accessPackageId, assignmentPolicyId } }) => {
          expectTypeOf(accessPackageId).toEqualTypeOf<string>();
          expectTypeOf(assignmentPolicyId).toEqualTypeOf<string>();
        },
      },
      // A schema decides what the handler of a definition of the catalogue gets.
      sendWelcomeEmail: welcome,
      '*': ({ subject, arguments: given }) => {
        expectTypeOf(subject).toEqualTypeOf<Person>();
        expectTypeOf(given.groupID).toEqualTypeOf<string | undefined>();
      },
    },
  }),
  createEngine<Person>({
    directory: Promise.resolve(people),
    tasks: { addUserToGroups: ({ subject }) => expectTypeOf(subject).toEqualTypeOf<Person>() as never },
  }),
  createEngine<{ readonly id: string; readonly badge: number }>({
    // @ts-expect-error: a handler of people that the directory does not have
    tasks: { welcome },
  }),
];

defineTask({
  argumentsSchema: floorSchema,
  // @ts-expect-error: the schema gives no such argument
  run: ({ arguments: { room } }) => room,
});
