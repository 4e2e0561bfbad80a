import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface PageProps {
  readonly title: string;
  /** Where it stands: links to what is above it. */
  readonly above?: ComponentChildren;
  /** Beside the title. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A page with its title, which the window has as well; screen readers begin there when the page changes. */
export function Page({ title, above, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · tenure`;
  }, [title]);
  useEffect(() => {
    // Not at the first page, whose title the browser has read already.
    if (document.activeElement === document.body || document.activeElement?.closest('main')) return;
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      <div class="page-head">
        <div>
          {above ? <p class="above">{above}</p> : null}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
        </div>
        {actions ? <div class="actions">{actions}</div> : null}
      </div>
      {children}
    </>
  );
}

interface SectionProps {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A part of a page. */
export function Section({ title, aside, children }: SectionProps) {
  return (
    <section>
      <div class="section-head">
        <h2>{title}</h2>
        {aside ? <div class="aside">{aside}</div> : null}
      </div>
      {children}
    </section>
  );
}

/** A figure with its name. */
export function Tile({ name, tone, children }: { name: string; tone?: string; children: ComponentChildren }) {
  return (
    <div class={tone === undefined ? 'tile' : `tile ${tone}`}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
