import { useState } from 'preact/hooks';
import { RequestError, reloadShown, send } from '../data.ts';
import { say } from './copy.tsx';

interface ActionProps {
  readonly label: string;
  readonly className?: string;
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly address: string;
  readonly body?: object;
  /** Said when it is done. */
  readonly done: string;
}

/** A button that sends one request, says what came of it, and has the page read anew. */
export function ActionButton({ label, className, method, address, body, done }: ActionProps) {
  const [isBusy, setBusy] = useState(false);
  const act = async (): Promise<void> => {
    setBusy(true);
    try {
      await send(address, body === undefined ? { method } : { method, body });
      say(done);
      reloadShown();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      say(error.message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <button type="button" class={className} disabled={isBusy} onClick={() => void act()}>
      {label}
    </button>
  );
}
