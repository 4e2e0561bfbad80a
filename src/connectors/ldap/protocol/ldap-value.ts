/** A value of an attribute: bytes when it is no text. */
export type LdapValue = string | Uint8Array;
