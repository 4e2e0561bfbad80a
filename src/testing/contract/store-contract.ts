/**
 * The suite that every store must pass, runnable under any runner that has `describe` and `it`.
 *
 * It covers every sentence of the contract in `ports/store.ts`. Where the contract is silent (the
 * error of a put without a row, how the users of an unpublished run read, what is kept of a call
 * that was refused and caught) it tests nothing.
 */
import { readArray, readFlag, readFunction, readString, readWhole } from '../../input/fields.ts';
import { optional, readShape, type ShapeOf, shapeReader } from '../../input/options.ts';
import { type Place, root } from '../../input/refuse.ts';
import type { StoreCapabilities } from '../../ports/store.ts';
import { type ContractRunner, makeKit, type StoreSubject } from './kit.ts';
import { filtering } from './lists/filtering.ts';
import { orderAndPaging } from './lists/order-paging.ts';
import { subjectUsers } from './lists/subject-users.ts';
import { userRanges } from './lists/user-ranges.ts';
import { userSums } from './lists/user-sums.ts';
import { usersByStatus } from './lists/users-by-status.ts';
import { workflowUsers } from './lists/workflow-users.ts';
import { randomOperations } from './random/random-operations.ts';
import { deletion } from './records/deletion.ts';
import { exactness } from './records/exactness.ts';
import { failures } from './records/failures.ts';
import { notes } from './records/notes.ts';
import { runs } from './records/runs.ts';
import { admissions, settings } from './records/settings-admissions.ts';
import { workflows } from './records/workflows.ts';
import { sliceClaims } from './slices/claims.ts';
import { sliceCommits } from './slices/commits.ts';
import { sliceEnds } from './slices/ends.ts';
import { sliceNews } from './slices/news.ts';
import { sliceReads } from './slices/reads.ts';
import { activeUsers } from './transactions/active-users.ts';
import { atomicity } from './transactions/atomicity.ts';
import { closing } from './transactions/closing.ts';
import { durability } from './transactions/durability.ts';
import { isolation } from './transactions/isolation.ts';
import { uniqueness } from './transactions/uniqueness.ts';

const TOPICS = [
  atomicity,
  isolation,
  uniqueness,
  deletion,
  workflows,
  runs,
  userSums,
  userRanges,
  usersByStatus,
  orderAndPaging,
  filtering,
  workflowUsers,
  subjectUsers,
  admissions,
  notes,
  settings,
  exactness,
  failures,
  activeUsers,
  sliceClaims,
  sliceCommits,
  sliceEnds,
  sliceReads,
  sliceNews,
  closing,
  durability,
  randomOperations,
] as const;

const readUsers = (place: Place): number => readWhole(place, 1, Number.MAX_SAFE_INTEGER);

const SUBJECT = {
  name: readString,
  capabilities: shapeReader({
    durable: readFlag,
    sharedWriters: readFlag,
    synchronous: optional(readFlag),
  } satisfies ShapeOf<StoreCapabilities>),
  make: readFunction<StoreSubject['make']>,
  slices: optional(
    shapeReader({ min: readUsers, max: readUsers } satisfies ShapeOf<NonNullable<StoreSubject['slices']>>),
  ),
  seeds: optional((place: Place) =>
    readArray(place, 1_000).map((one) => readWhole(one, 0, Number.MAX_SAFE_INTEGER)),
  ),
} satisfies ShapeOf<StoreSubject>;

/**
 * Defines the suite for one kind of store, with `describe` and `it` of any test runner. *Write a store*, in the recipes,
 * has a whole program.
 */
export function storeContract(runner: ContractRunner, subject: StoreSubject): void {
  readShape(root(subject, 'the store under test'), SUBJECT);
  const kit = makeKit(runner, subject);
  kit.describe(`store contract: ${subject.name}`, () => {
    for (const topic of TOPICS) topic(kit);
  });
}
