import { plural } from '../../../text/numbers.ts';
import type { PersonDetails, PersonEntry } from '../../wire.ts';
import { CopyCurl } from '../actions/copy.tsx';
import { CsvLink } from '../actions/csv-link.tsx';
import { ReprocessPerson } from '../actions/run-actions.tsx';
import { data, useLoaded } from '../data.ts';
import { me } from '../me.ts';
import { Explain } from '../parts/explanation.tsx';
import { Answer, Empty } from '../parts/feedback.tsx';
import { Moment } from '../parts/moment.tsx';
import { Page, Section } from '../parts/page.tsx';
import { Status } from '../parts/status.tsx';
import { TaskList } from '../parts/task-list.tsx';
import { to } from '../routes.ts';
import { attributeTexts, nameOf } from '../view/person.ts';
import { executionTypeWord } from '../view/status.ts';

/** One person: what is known of them, and everything that was done for them. */
export function PersonPage({ id }: { id: string }) {
  const address = data(`people/${encodeURIComponent(id)}`);
  const person = useLoaded<PersonDetails>(address);
  return (
    <Page
      title={nameOf(person.body?.attributes ?? null, id)}
      above="Person"
      actions={
        <>
          <CsvLink path={`people/${encodeURIComponent(id)}`} />
          <CopyCurl address={address} />
        </>
      }
    >
      <Answer of={person}>{(body) => <Details person={body} />}</Answer>
    </Page>
  );
}

function Details({ person }: { person: PersonDetails }) {
  const { id, attributes, entries, isCut } = person;
  return (
    <>
      <p class="facts">
        <code class="soft">{id}</code>
        {attributes === null ? <span>The directory does not know this id at present.</span> : null}
      </p>
      {attributes === null ? null : (
        <details class="card">
          <summary>What the directory says of them</summary>
          <dl class="pairs">
            {attributeTexts(attributes).map(([name, text]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      {me.value?.can.workflows ? (
        <Section title="Why were they processed, or not?">
          <Explain subjectId={id} />
        </Section>
      ) : null}
      <Section
        title="Everything that was done"
        aside={isCut ? 'Older results are not shown.' : plural(entries.length, 'result')}
      >
        {entries.length === 0 ? (
          <Empty title="Nothing was ever done for this person.">No run of any workflow has taken them.</Empty>
        ) : (
          <ol class="time-line">
            {entries.map((entry) => (
              <Entry key={entry.result.id} entry={entry} />
            ))}
          </ol>
        )}
      </Section>
    </>
  );
}

function Entry({ entry: { run, result, tasks } }: { entry: PersonEntry }) {
  const { workflow, workflowExecutionType, createdBy } = run;
  return (
    <li class="card">
      <div class="run-card-head">
        <a href={to.run(run.id, { person: result.subject.id })}>{workflow.displayName}</a>
        <Status value={result.processingStatus} />
      </div>
      <p class="soft">
        <Moment at={result.startedDateTime ?? result.scheduledDateTime} /> · version {workflow.version},{' '}
        {executionTypeWord(workflowExecutionType)}
        {createdBy === null ? null : ` by ${createdBy.id}`}
      </p>
      <TaskList tasks={tasks} />
      <ReprocessPerson workflowId={workflow.id} result={result} />
    </li>
  );
}
