/** The subject of a result, which need not be a user. Source: domain §1.4; decision 14. */

/** Kinds of subjects. */
export type SubjectType = 'user' | 'provisioningObject';

/** A user of the directory. */
export interface DirectoryObjectWorkflowSubject {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.directoryObjectWorkflowSubject';
  readonly directoryObject: { readonly '@odata.type': '#microsoft.graph.user'; readonly id: string };
}

/** An attribute of a provisioning object. */
export interface AttributeSetEntry {
  readonly name: string;
  readonly value: string | null;
}

/** An object of a provisioning system. */
export interface ProvisioningObjectWorkflowSubject {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.provisioningObjectWorkflowSubject';
  readonly id: string;
  readonly attributeSetEntries: readonly AttributeSetEntry[];
}

/** A subject. */
export type WorkflowSubject = DirectoryObjectWorkflowSubject | ProvisioningObjectWorkflowSubject;
