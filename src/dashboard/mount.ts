/** Where a dashboard is mounted, going by the path of a request. */

/** The segment that ends what stands in front of the dashboard; everything but the overview lies below it. */
const MARK = '/-/';

/** A request's path, taken apart. */
export interface Mounted {
  /** What stands in front, without a slash at its end; a router may have taken it off. */
  readonly prefix: string;
  /** Below the mark: `runs/…`, `assets/…`. Empty: the overview. `null`: the overview without its slash. */
  readonly path: string | null;
  /** From the page to the dashboard's root, relative: right behind any proxy that keeps what follows the root. */
  readonly base: string;
}

/** Takes a path apart. `root`: what stands in front of the dashboard, when that is known. */
export function mountedAt(pathname: string, root: string | null): Mounted {
  const isBelow = root !== null && `${pathname}/`.startsWith(`${root}/`);
  const from = isBelow ? root.length : 0;
  const at = pathname.indexOf(MARK, from);
  if (at < 0) {
    const hasSlash = pathname.endsWith('/');
    return { prefix: hasSlash ? pathname.slice(0, -1) : pathname, path: hasSlash ? '' : null, base: './' };
  }
  const path = pathname.slice(at + MARK.length);
  return { prefix: pathname.slice(0, at), path, base: '../'.repeat(path.split('/').length) };
}
