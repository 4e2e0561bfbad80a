import type { TaskDefinition } from '../model/workflow/workflow.ts';
import { define, text } from './define.ts';

/** Tasks that give or take membership, licenses and access packages. Source: domain §4.1. */
export const ACCESS_TASKS: readonly TaskDefinition[] = Object.freeze([
  define({
    id: '22085229-5809-45e8-97fd-270d28d66910',
    key: 'addUserToGroups',
    displayName: 'Add user to groups',
    description: 'Make the person a member of the groups in `groupID`, separated by commas',
    category: ['joiner', 'leaver', 'mover'],
    parameters: [text('groupID')],
  }),
  define({
    id: '1953a66c-751c-45e5-8bfe-01462c70da3c',
    key: 'removeUserFromSelectedGroups',
    displayName: 'Remove user from selected groups',
    description: 'End the membership in the groups in `groupID`, separated by commas',
    category: ['joiner', 'leaver', 'mover'],
    parameters: [text('groupID')],
  }),
  define({
    id: 'b3a31406-2a15-4c9a-b25b-a658fa5f07fc',
    key: 'removeUserFromAllGroups',
    displayName: 'Remove user from all groups',
    description: 'End every group membership of the person',
    category: ['leaver'],
  }),
  define({
    id: 'e440ed8d-25a1-4618-84ce-091ed5be5594',
    key: 'addUserToTeams',
    displayName: 'Add user to Teams',
    description: 'Make the person a member of the teams in `teamID`, separated by commas',
    category: ['joiner', 'leaver', 'mover'],
    parameters: [text('teamID')],
  }),
  define({
    id: '06aa7acb-01af-4824-8899-b14e5ed788d6',
    key: 'removeUserFromSelectedTeams',
    displayName: 'Remove user from selected Teams',
    description: 'End the membership in the teams in `teamID`, separated by commas',
    category: ['joiner', 'leaver', 'mover'],
    parameters: [text('teamID')],
  }),
  define({
    id: '81f7b200-2816-4b3b-8c5d-dc556f07b024',
    key: 'removeUserFromAllTeams',
    displayName: 'Remove user from all Teams',
    description: 'End every team membership of the person',
    category: ['leaver'],
  }),
  define({
    id: '683c87a4-2ad4-420b-97d4-220d90afcd24',
    key: 'assignLicenses',
    displayName: 'Assign licenses to user',
    description: 'Give the licenses in `licenses`, separated by commas',
    category: ['joiner', 'mover'],
    parameters: [text('licenses')],
  }),
  define({
    id: '5fc402a8-daaf-4b7b-9203-da868b05fc5f',
    key: 'removeSelectedLicenses',
    displayName: 'Remove licenses from user',
    description: 'Take back the licenses in `licenses`, separated by commas',
    category: ['leaver', 'mover'],
    parameters: [text('licenses')],
  }),
  define({
    id: '8fa97d28-3e52-4985-b3a9-a1126f9b8b4e',
    key: 'removeAllLicenses',
    displayName: 'Remove all licenses for user',
    description: 'Take back every license of the person',
    category: ['leaver'],
  }),
  define({
    id: 'c1ec1e76-f374-4375-aaa6-0bb6bd4c60be',
    key: 'requestAccessPackageAssignment',
    displayName: 'Request user access package assignment',
    description: 'Ask for an access package on behalf of the person',
    category: ['joiner', 'mover'],
    parameters: [text('assignmentPolicyId'), text('accessPackageId')],
  }),
  define({
    id: '4a0b64f2-c7ec-46ba-b117-18f262946c50',
    key: 'removeAccessPackageAssignment',
    displayName: 'Remove access package assignment for user',
    description: 'End the assignment of one access package',
    category: ['leaver', 'mover'],
    parameters: [text('accessPackageId')],
  }),
  define({
    id: '42ae2956-193d-4f39-be06-691b8ac4fa1d',
    key: 'removeAllAccessPackageAssignments',
    displayName: 'Remove all access package assignments for user',
    description: 'End the assignment of every access package',
    // Leavers only until 2026.
    category: ['leaver', 'mover'],
  }),
  define({
    id: '498770d9-bab7-4e4c-b73d-5ded82a1d0b3',
    key: 'cancelPendingAccessPackageRequests',
    displayName: 'Cancel pending access package assignment requests for user',
    description: 'Withdraw the requests that are still undecided',
    // The portal offers it to leavers only; the API's own list says both.
    category: ['leaver', 'mover'],
  }),
]);
