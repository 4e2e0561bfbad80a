/** What the documentation is made of, as the build makes it, the server sends it and the browser reads it. */

/** A page. */
export interface DocsPage {
  /** From the package's root: `src/engine/README.md`. */
  readonly path: string;
  readonly title: string;
  readonly summary: string;
  readonly group: string;
  /** HTML of what stands between the head and the foot of the page. */
  readonly html: string;
  /** Its headings of the second level, as `[anchor, text]`. */
  readonly headings: readonly (readonly [string, string])[];
}

/** What the search finds: a heading, and what stands below it. */
export interface DocsSection {
  /** Path of the page, with `#` and the anchor of the heading. */
  readonly id: string;
  readonly title: string;
  readonly heading: string;
  readonly text: string;
}

/** All that is served. */
export interface DocsSite {
  readonly pages: readonly DocsPage[];
  readonly sections: readonly DocsSection[];
  /** Files that pages show or lead to, by path from the package's root: their media types. */
  readonly files: Readonly<Record<string, string>>;
  readonly script: string;
  readonly style: string;
}
