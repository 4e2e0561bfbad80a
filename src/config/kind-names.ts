/** Apart from the kinds themselves, so that the help of a command need not load them. */
export const KIND_NAMES = ['file', 'scim', 'ldap', 'entra', 'mail', 'webhook', 'sql'] as const;

/** Name of a kind of connections. */
export type KindName = (typeof KIND_NAMES)[number];
