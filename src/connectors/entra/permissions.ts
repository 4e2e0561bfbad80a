/** The application permissions of Graph that tasks need. */

/** One of these is needed; the first has the least privileges. */
type AnyOf = readonly [string, ...string[]];

const DIRECTORY = ['Directory.ReadWrite.All'] as const;
const READ_USERS: AnyOf = ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', ...DIRECTORY];
const WRITE_USERS: AnyOf = ['User.ReadWrite.All', ...DIRECTORY];
const ENABLE_USERS: AnyOf = ['User.EnableDisableAccount.All', ...WRITE_USERS];
const WRITE_MEMBERS: AnyOf = ['GroupMember.ReadWrite.All', 'Group.ReadWrite.All', ...DIRECTORY];
const READ_GROUPS: AnyOf = [
  'GroupMember.Read.All',
  'GroupMember.ReadWrite.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
  'Directory.Read.All',
  ...DIRECTORY,
];
const WRITE_TEAM_MEMBERS: AnyOf = ['TeamMember.ReadWrite.All', 'Group.ReadWrite.All', ...DIRECTORY];
const READ_TEAMS: AnyOf = [
  'Team.ReadBasic.All',
  'TeamSettings.Read.All',
  'TeamSettings.ReadWrite.All',
  'Group.ReadWrite.All',
  ...DIRECTORY,
];
const WRITE_LICENSES: AnyOf = ['LicenseAssignment.ReadWrite.All', ...WRITE_USERS];
const READ_LICENSES: AnyOf = [
  'LicenseAssignment.Read.All',
  'LicenseAssignment.ReadWrite.All',
  'Organization.Read.All',
  'Directory.Read.All',
  ...DIRECTORY,
];
const PACKAGES: AnyOf = ['EntitlementManagement.ReadWrite.All'];

const ACCESS_PACKAGE = [READ_USERS, PACKAGES];
const TEAM = [READ_USERS, READ_GROUPS, WRITE_TEAM_MEMBERS];
const LICENSE = [READ_USERS, READ_LICENSES, WRITE_LICENSES];

/** The permissions of each task: of each list, one. */
export const PERMISSIONS = {
  enableUserAccount: [READ_USERS, ENABLE_USERS],
  disableUserAccount: [READ_USERS, ENABLE_USERS],
  deleteUserAccount: [WRITE_USERS],
  updateUserAttributes: [WRITE_USERS],
  revokeAllRefreshTokens: [READ_USERS, ['User.RevokeSessions.All', ...WRITE_USERS]],
  addUserToGroups: [READ_USERS, WRITE_MEMBERS],
  removeUserFromSelectedGroups: [READ_USERS, WRITE_MEMBERS],
  removeUserFromAllGroups: [READ_USERS, WRITE_MEMBERS],
  addUserToTeams: TEAM,
  removeUserFromSelectedTeams: TEAM,
  removeUserFromAllTeams: [READ_USERS, READ_GROUPS, READ_TEAMS, WRITE_TEAM_MEMBERS],
  assignLicenses: LICENSE,
  removeSelectedLicenses: [...LICENSE, READ_GROUPS],
  removeAllLicenses: [...LICENSE, READ_GROUPS],
  requestAccessPackageAssignment: ACCESS_PACKAGE,
  removeAccessPackageAssignment: ACCESS_PACKAGE,
  removeAllAccessPackageAssignments: ACCESS_PACKAGE,
  cancelPendingAccessPackageRequests: ACCESS_PACKAGE,
  generateTapAndSendEmail: [
    READ_USERS,
    ['UserAuthMethod-TAP.ReadWrite.All', 'UserAuthenticationMethod.ReadWrite.All'],
  ],
} as const satisfies Readonly<Record<string, readonly AnyOf[]>>;

/** A key of the catalogue that Graph has the means for. */
export type EntraTaskKey = keyof typeof PERMISSIONS;

/** The permissions with the least privileges that a task lacks, given those that the application has. */
export function missingPermissions(task: EntraTaskKey, granted: readonly string[]): readonly string[] {
  const needed: readonly AnyOf[] = PERMISSIONS[task];
  return needed.filter((anyOf) => !anyOf.some((one) => granted.includes(one))).map(([least]) => least);
}

/**
 * The application permissions that a token says it has; `null`: it does not say so in a form that can be read.
 * For messages only: what a call may do, Graph decides.
 */
export function grantedBy(token: string): readonly string[] | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const { roles = [] } = (claims ?? {}) as { readonly roles?: unknown };
    return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : null;
  } catch {
    return null;
  }
}
