import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { Loading } from './feedback.tsx';

/** A component whose file is loaded when it is first shown. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const loaded = signal<ComponentType<Props> | null>(null);
  const hasFailed = signal(false);
  const start = async (): Promise<void> => {
    try {
      loaded.value = await load();
    } catch {
      // The server cannot be reached, or is of another version, which no longer has the file.
      hasFailed.value = true;
    }
  };
  return function Later(props: Props) {
    const Page = loaded.value;
    useEffect(() => {
      if (loaded.peek() === null) void start();
    }, []);
    if (Page !== null) return <Page {...props} />;
    if (!hasFailed.value) return <Loading />;
    return (
      <div class="note bad" role="alert">
        <p>
          <strong>The page could not be loaded.</strong> The server cannot be reached, or it has a newer
          version.
        </p>
        <button type="button" onClick={() => location.reload()}>
          Load it again
        </button>
      </div>
    );
  };
}
