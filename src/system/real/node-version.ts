// Kept free of new syntax and of imports: an old Node must be able to read it.

/** The oldest Node that the package runs on, as `engines` in its manifest says. */
const OLDEST = [22, 18] as const;

/** Says in one line that another Node is needed; `null` if `version`, such as `v22.18.0`, will do. */
export function refusedNode(version: string, path: string): string | null {
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return null;
  return `tenure needs Node ${OLDEST.join('.')} or newer; this is ${version} (${path}). Install a current Node from https://nodejs.org, or run it with: npx node@24 …`;
}
