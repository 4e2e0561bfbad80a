/**
 * Provisioning objects that runs were created for. The run has a user with the object's id; the other
 * properties of the object are stored as a note (decision 14).
 */
import { fieldsOf, ifGiven, readArray, readLine, readText } from '../../input/fields.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import { readSubjectId } from '../../input/subject-id.ts';
import { addressOf } from '../../model/ids.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Note, RunRecord } from '../../model/records.ts';
import type { UserProcessingResult } from '../../model/resources/resources.ts';
import type { Subject } from '../../model/subject.ts';
import type {
  AttributeSetEntry,
  ProvisioningObjectWorkflowSubject,
} from '../../model/workflow/workflow-subject.ts';
import type { StoreReader } from '../../ports/store.ts';
import { OF_WORKFLOWS } from '../notes.ts';

const TYPE = '@odata.type';
const OBJECT_TYPE = '#microsoft.graph.identityGovernance.provisioningObjectWorkflowSubject';
const ENTRY_VALUE_LENGTH_MAX = 4_096;

/** Input form of a provisioning object. */
export type ProvisioningObjectInput = Pick<ProvisioningObjectWorkflowSubject, 'id'> & {
  readonly '@odata.type'?: string;
  /** Default: none. At most `LIMITS.attributeSetEntriesMax`. */
  readonly attributeSetEntries?: readonly AttributeSetEntry[];
};

/** The object, checked and frozen. @throws LifecycleError `InvalidArgument`. */
export function readProvisioningObject(place: Place): ProvisioningObjectWorkflowSubject {
  const at = fieldsOf(place, [TYPE, 'id', 'attributeSetEntries']);
  const type = at(TYPE);
  if (type.value !== undefined && type.value !== OBJECT_TYPE && type.value !== OBJECT_TYPE.slice(1))
    throw invalid(type, OBJECT_TYPE);
  const id = readSubjectId(at('id'));
  const attributeSetEntries = ifGiven(at('attributeSetEntries'), readEntries) ?? [];
  return Object.freeze({ [TYPE]: OBJECT_TYPE, id, attributeSetEntries: Object.freeze(attributeSetEntries) });
}

/** The note of the object that a run was created for. */
export function objectNote(
  workflowId: string,
  runId: string,
  object: ProvisioningObjectWorkflowSubject,
): Note {
  return {
    collection: OF_WORKFLOWS.provisioningObjects,
    key: objectKey(workflowId, runId),
    body: JSON.stringify(object),
  };
}

/** The object as a subject: its entries are its attributes. */
export function subjectOfObject({ id, attributeSetEntries }: ProvisioningObjectWorkflowSubject): Subject {
  return { ...Object.fromEntries(attributeSetEntries.map(({ name, value }) => [name, value])), id };
}

/** The key of {@link objectNote}. */
export function objectKey(workflowId: string, runId: string): string {
  return `${workflowId}/${runId}`;
}

/** The object that a run was created for; `null`: it was created for people. */
export async function objectOfRun(
  reader: StoreReader,
  { workflowId, id }: Pick<RunRecord, 'workflowId' | 'id'>,
): Promise<ProvisioningObjectWorkflowSubject | null> {
  const [note] = await reader.getNotes(OF_WORKFLOWS.provisioningObjects, [objectKey(workflowId, id)]);
  return note ? (JSON.parse(note.body) as ProvisioningObjectWorkflowSubject) : null;
}

/** The objects of the runs that these results are of, by run id; runs without one are omitted. */
export async function objectsOfRuns(
  reader: StoreReader,
  workflowId: string,
  results: readonly UserProcessingResult[],
): Promise<ReadonlyMap<string, ProvisioningObjectWorkflowSubject>> {
  const runIds = new Set(results.map(({ id }) => addressOf(id)?.runId ?? id));
  const keys = [...runIds].map((runId) => objectKey(workflowId, runId));
  const notes = await reader.getNotes(OF_WORKFLOWS.provisioningObjects, keys);
  return new Map(
    notes.map(({ key, body }) => [
      key.slice(workflowId.length + 1),
      JSON.parse(body) as ProvisioningObjectWorkflowSubject,
    ]),
  );
}

function readEntries(place: Place): readonly AttributeSetEntry[] {
  return readArray(place, LIMITS.attributeSetEntriesMax).map((entry) => {
    const at = fieldsOf(entry, [TYPE, 'name', 'value']);
    const value = at('value');
    return Object.freeze({
      name: readLine(at('name'), LIMITS.idLengthMax),
      value:
        value.value === null || value.value === undefined ? null : readText(value, ENTRY_VALUE_LENGTH_MAX),
    });
  });
}
