/** What resources stand in: each is there once. Source: domain §2. */
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

/** Where the insights stand. */
export const INSIGHTS = single('insights', null, {});

/** Where deleted workflows stand. */
export const DELETED_ITEMS = single('deletedItemContainer', 'microsoft.graph', {
  workflows: { to: 'workflow', isMany: true, isContained: true },
});

/** Where everything of lifecycle workflows stands. */
export const CONTAINER = single('lifecycleWorkflowsContainer', null, {
  customTaskExtensions: { to: 'customTaskExtension', isMany: true, isContained: true },
  deletedItems: { to: 'deletedItemContainer', isContained: true },
  insights: { to: 'insights', isContained: true },
  settings: { to: 'lifecycleManagementSettings', isContained: true },
  taskDefinitions: { to: 'taskDefinition', isMany: true, isContained: true },
  workflows: { to: 'workflow', isMany: true, isContained: true },
  workflowTemplates: { to: 'workflowTemplate', isMany: true, isContained: true },
});

/** What the container stands in: all of it that is here. */
export const GOVERNANCE: EntityType = {
  name: 'identityGovernance',
  namespace: 'microsoft.graph',
  key: '',
  properties: {},
  navigation: {},
  links: { lifecycleWorkflows: { to: 'lifecycleWorkflowsContainer', isContained: true } },
};

/** All of them. */
export const CONTAINER_TYPES: readonly EntityType[] = [INSIGHTS, DELETED_ITEMS, CONTAINER, GOVERNANCE];
