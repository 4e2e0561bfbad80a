/** The anchors of a page's headings, as GitHub and npm make them. */

/** Gives each heading of a page its anchor, in their order: of equal ones all but the first have a number. */
export function anchorer(): (heading: string) => string {
  const seen = new Map<string, number>();
  return (heading) => {
    const base = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(base) ?? 0;
    seen.set(base, before + 1);
    return before === 0 ? base : `${base}-${before}`;
  };
}

/** All anchors of a page of Markdown. */
export function anchorsOf(markdown: string): readonly string[] {
  const headings = markdown.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = '']) => heading).map(anchorer());
}
