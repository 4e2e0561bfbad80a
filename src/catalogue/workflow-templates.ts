import type { WorkflowTemplate } from '../model/workflow.ts';
import { due, ON_DEMAND, onChangeOf, step, template } from './define-template.ts';

const JOINER_TEMPLATES: readonly WorkflowTemplate[] = [
  template({
    id: '77179007-8114-41b5-922e-2e22109df41f',
    displayName: 'Onboard pre-hire employee',
    description: 'Prepare for the first day, a week ahead',
    category: 'joiner',
    executionConditions: due('employeeHireDate', -7),
    tasks: [step('generateTapAndSendEmail', { tapLifetimeMinutes: '480', tapIsUsableOnce: 'true' })],
  }),
  template({
    id: '4e06785d-7c1d-4b24-b9e1-bba2b890c58b',
    displayName: 'Onboard new hire employee',
    description: 'What a new hire needs on the first day',
    category: 'joiner',
    executionConditions: due('employeeHireDate', 0),
    tasks: [step('enableUserAccount'), step('sendWelcomeEmail'), step('addUserToGroups', { groupID: '' })],
  }),
  template({
    id: 'dce038a6-482a-46a2-9ee0-675c5e8477b9',
    displayName: 'Post-Onboarding of an employee',
    description: 'What a new hire needs a week after the first day',
    category: 'joiner',
    executionConditions: due('employeeHireDate', 7),
    tasks: [step('addUserToGroups', { groupID: '' }), step('addUserToTeams', { teamID: '' })],
  }),
];

const MOVER_TEMPLATES: readonly WorkflowTemplate[] = [
  template({
    id: '77a82a99-9dfb-471d-a396-107954328b7f',
    displayName: 'Real-time employee job change',
    description: 'Act at once when somebody changes jobs',
    category: 'mover',
    executionConditions: ON_DEMAND,
    tasks: [step('runCustomTaskExtension', { customTaskExtensionID: '' })],
  }),
  template({
    id: '56da3093-d105-40d4-9886-fccd074f2f2a',
    displayName: 'Employee group membership changes',
    // Entra asks for the group; a membershipChangeTrigger without one is refused.
    description:
      'Act when somebody joins a group. On demand until its conditions name the groups (groupBasedSubjectSet) and a membershipChangeTrigger',
    category: 'mover',
    executionConditions: ON_DEMAND,
    tasks: [
      step('removeAccessPackageAssignment', { accessPackageId: '' }),
      step('removeUserFromSelectedTeams', { teamID: '' }),
      step('sendMoveNotificationEmail'),
    ],
  }),
  template({
    id: '16819b2d-74e9-4fb9-9ba7-48b8a26ab11d',
    displayName: 'Employee job profile change',
    description: 'Act when the department of somebody changes',
    category: 'mover',
    executionConditions: onChangeOf('department'),
    tasks: [
      step('sendMoveNotificationEmail'),
      step('removeUserFromSelectedGroups', { groupID: '' }),
      step('removeUserFromSelectedTeams', { teamID: '' }),
      step('requestAccessPackageAssignment', { assignmentPolicyId: '', accessPackageId: '' }),
    ],
  }),
];

const LEAVER_TEMPLATES: readonly WorkflowTemplate[] = [
  template({
    id: '145735f1-57cc-48c2-81ec-727f07a10096',
    displayName: 'Real-time employee termination',
    description: 'Act at once when somebody is dismissed',
    category: 'leaver',
    executionConditions: ON_DEMAND,
    tasks: [step('removeUserFromAllGroups'), step('removeUserFromAllTeams'), step('deleteUserAccount')],
  }),
  template({
    id: '25abd83d-3b5d-4d6f-bb9a-4ed366fd96b1',
    displayName: 'Pre-Offboarding of an employee',
    description: 'Prepare for the last day, a week ahead',
    category: 'leaver',
    executionConditions: due('employeeLeaveDateTime', -7),
    // Domain §4.2 does not record these; they stand in Graph's own example of List workflowTemplates.
    tasks: [
      step('removeUserFromSelectedGroups', { groupID: '' }),
      step('removeUserFromSelectedTeams', { teamID: '' }),
    ],
  }),
  template({
    id: 'e821c59e-d28c-44d7-902f-5fed05e926f1',
    displayName: 'Offboard an employee',
    description: 'What happens on the last day',
    category: 'leaver',
    executionConditions: due('employeeLeaveDateTime', 0),
    tasks: [step('disableUserAccount'), step('removeUserFromAllGroups'), step('removeUserFromAllTeams')],
  }),
  template({
    id: '50149a4a-7c2d-4fd8-8018-761f4eb915cb',
    displayName: 'Post-Offboarding of an employee',
    description: 'What is left to do a week after the last day',
    category: 'leaver',
    executionConditions: due('employeeLeaveDateTime', 7),
    tasks: [step('removeAllLicenses'), step('removeUserFromAllTeams'), step('deleteUserAccount')],
  }),
];

/** Entra's templates, those whose ids are known, frozen. Source: domain §4.2. */
export const WORKFLOW_TEMPLATES: readonly WorkflowTemplate[] = Object.freeze([
  ...JOINER_TEMPLATES,
  ...MOVER_TEMPLATES,
  ...LEAVER_TEMPLATES,
]);

/** The template with this GUID or display name, in any letter case; `undefined` when there is none. */
export function findWorkflowTemplate(idOrName: string): WorkflowTemplate | undefined {
  const wanted = idOrName.trim().toLowerCase();
  return WORKFLOW_TEMPLATES.find(
    ({ id, displayName }) => id === wanted || displayName.toLowerCase() === wanted,
  );
}
