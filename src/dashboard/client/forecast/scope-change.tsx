import { useState } from 'preact/hooks';
import type { ScopeDifference, ScopeShift } from '../../../model/resources/scope-difference.ts';
import type { Workflow } from '../../../model/workflow/workflow.ts';
import { plural } from '../../../text/numbers.ts';
import { data, useLoaded } from '../data.ts';
import { me } from '../me.ts';
import { Answer } from '../parts/feedback.tsx';
import { to } from '../routes.ts';
import { scopeText } from '../view/conditions.ts';

/** How many people a version has brought into scope or out of it, where its scope is another one. */
export function ScopeChange({ before, after }: { before: Workflow; after: Workflow }) {
  const [isAsked, ask] = useState(false);
  const isSame = scopeText(before.executionConditions) === scopeText(after.executionConditions);
  if (isSame || !me.value?.can.reports) return null;
  if (isAsked) return <Difference id={after.id} before={before.version} after={after.version} />;
  return (
    <button type="button" onClick={() => ask(true)}>
      Who falls in or out of scope
      <span class="hidden"> with version {after.version}</span>
    </button>
  );
}

function Difference({ id, before, after }: { id: string; before: number; after: number }) {
  const address = data(`workflows/${id}/scopes`, { before: String(before), after: String(after) });
  const difference = useLoaded<ScopeDifference>(address);
  return (
    <Answer of={difference}>
      {({ examinedUsersCount, isCut, beforeUsersCount, afterUsersCount, entering, leaving }) => (
        <div aria-live="polite">
          <p>
            By the directory as it is now, {plural(afterUsersCount, 'person is', 'people are')} in scope of
            version {after}, and {plural(beforeUsersCount, 'person is', 'people are')} in that of version{' '}
            {before}, of {plural(examinedUsersCount, 'person', 'people')}.
            {isCut ? ' The directory was not read to its end in time, so these counts are too low.' : ''}
          </p>
          <Shift shift={entering} words="fall in" />
          <Shift shift={leaving} words="fall out" />
        </div>
      )}
    </Answer>
  );
}

function Shift({ shift: { usersCount, sampleIds }, words }: { shift: ScopeShift; words: string }) {
  return (
    <p class="soft">
      {plural(usersCount, 'person', 'people')} {usersCount === 1 ? words.replace('fall', 'falls') : words}
      {usersCount === 0 ? '.' : ': '}
      {sampleIds.map((id, at) => (
        <span key={id}>
          {at === 0 ? '' : ', '}
          <a href={to.person(id)}>{id}</a>
        </span>
      ))}
      {usersCount > sampleIds.length ? ' …' : ''}
    </p>
  );
}
