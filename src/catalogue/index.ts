export { fillTemplate, requireTemplate, type TemplateOverrides } from './fill-template.ts';
export { readTasks, type TaskDraft, type TaskInput } from './read-tasks.ts';
export { findParameter } from './task-arguments.ts';
export { findTaskDefinition, TASK_DEFINITIONS } from './task-definitions.ts';
export { findWorkflowTemplate, WORKFLOW_TEMPLATES } from './workflow-templates.ts';
