/** The containers of resources, each a singleton. Source: domain §2. */
import { ENTITY } from './directory-types.ts';
import type { EntityType, Link } from './edm.ts';

const single = (
  name: string,
  namespace: string | null,
  links: Readonly<Record<string, Link>>,
): EntityType => ({
  name,
  ...(namespace === null ? {} : { namespace }),
  base: ENTITY,
  key: '',
  properties: { id: 'string' },
  required: ['id'],
  navigation: {},
  links,
});

/** The container of the insights functions. */
export const INSIGHTS = single('insights', null, {});

/** The container of deleted workflows. */
const DELETED_ITEMS = single('deletedItemContainer', 'microsoft.graph', {
  workflows: { to: 'workflow', isMany: true, isContained: true },
});

/** The container of everything below `lifecycleWorkflows`. */
export const CONTAINER = single('lifecycleWorkflowsContainer', null, {
  customTaskExtensions: { to: 'customTaskExtension', isMany: true, isContained: true },
  deletedItems: { to: 'deletedItemContainer', isContained: true },
  insights: { to: 'insights', isContained: true },
  settings: { to: 'lifecycleManagementSettings', isContained: true },
  taskDefinitions: { to: 'taskDefinition', isMany: true, isContained: true },
  workflows: { to: 'workflow', isMany: true, isContained: true },
  workflowTemplates: { to: 'workflowTemplate', isMany: true, isContained: true },
});

/** The singleton `identityGovernance`, as far as this service has it. */
const GOVERNANCE: EntityType = {
  name: 'identityGovernance',
  namespace: 'microsoft.graph',
  key: '',
  properties: {},
  navigation: {},
  links: { lifecycleWorkflows: { to: 'lifecycleWorkflowsContainer', isContained: true } },
};

/** All of them. */
export const CONTAINER_TYPES: readonly EntityType[] = [INSIGHTS, DELETED_ITEMS, CONTAINER, GOVERNANCE];
