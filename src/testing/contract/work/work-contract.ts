/** The suite that every source of work must pass: what `ports/work-source.ts` says, over a store with slices. */
import { readFunction, readString } from '../../../input/fields.ts';
import { readShape, type ShapeOf } from '../../../input/options.ts';
import { root } from '../../../input/refuse.ts';
import type { ContractRunner } from '../kit.ts';
import { givingBack } from './giving-back.ts';
import { offering } from './offering.ts';
import { taking } from './taking.ts';
import { type WorkSubject, workTest } from './work-kit.ts';

const SUBJECT = {
  name: readString,
  make: readFunction<WorkSubject['make']>,
} satisfies ShapeOf<WorkSubject>;

/** Defines the suite for one kind of source. */
export function workSourceContract(runner: ContractRunner, subject: WorkSubject): void {
  readShape(root(subject, 'the source under test'), SUBJECT);
  const test = workTest(runner, subject);
  runner.describe(`contract of sources of work: ${subject.name}`, () => {
    for (const topic of [offering, taking, givingBack]) topic(test);
  });
}
