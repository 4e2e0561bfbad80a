import { define, flag, text } from './define.ts';

/** Tasks that change the account itself, or call external systems. Source: domain §4.1. */
export const ACCOUNT_TASKS = Object.freeze([
  define({
    id: '6fc52c9d-398b-4305-9763-15f42c1676fc',
    key: 'enableUserAccount',
    displayName: 'Enable user account',
    description: 'Let the person sign in',
    category: ['joiner', 'leaver'],
    parameters: [flag('enableOnPremisesAccount')],
  }),
  define({
    id: '1dfdfcc7-52fa-4c2e-bf3a-e3919cc12950',
    key: 'disableUserAccount',
    displayName: 'Disable user account',
    description: 'Keep the person from signing in',
    // The portal offers it to leavers only; the API says both, and the API is the stronger source.
    category: ['joiner', 'leaver'],
    parameters: [flag('disableOnPremisesAccount')],
  }),
  define({
    id: '8d18588d-9ad3-4c0f-99d0-ec215f0e3dff',
    key: 'deleteUserAccount',
    displayName: 'Delete user account',
    description: 'Delete the account from the directory',
    category: ['leaver'],
    parameters: [flag('deleteOnPremisesAccount')],
  }),
  define({
    id: '2c8f4a1b-7d3e-4f9c-8a5b-6e1d2c3f4a5b',
    key: 'updateUserAttributes',
    displayName: 'Update user attributes',
    // JSON text with at most 10 attributes; an empty value clears one. Cloud users only.
    description: 'Set or clear attributes of the person',
    category: ['joiner', 'leaver', 'mover'],
    parameters: [text('attributeUpdates')],
  }),
  define({
    id: '509589a4-0466-4471-829e-49c5e502bdee',
    key: 'revokeAllRefreshTokens',
    displayName: 'Revoke all refresh tokens for user',
    description: 'End every session of the person',
    category: ['leaver', 'mover'],
  }),
  define({
    id: 'b8f4c3d5-9e7a-4b1c-8f2d-6a5e8b9c7f4a',
    key: 'transferAgentSponsorshipsToManager',
    displayName: 'Transfer agent sponsorships to manager',
    description: 'Make the manager the sponsor of the agent identities that the person sponsors',
    category: ['leaver', 'mover'],
  }),
  define({
    // One page of Microsoft's gives d79d1fcc-16be-490c-a865-f4533b1639ee; every API example has this one.
    id: '4262b724-8dba-4fad-afc3-43fcbb497a0e',
    key: 'runCustomTaskExtension',
    displayName: 'Run a Custom Task Extension',
    description: 'Call an external system',
    category: ['joiner', 'leaver', 'mover', 'extensibility'],
    parameters: [text('customTaskExtensionID')],
  }),
]);
