/** The pages. A further one is a file beside this one, a row here, and its address in `routes.ts`. */
import type { ComponentChild } from 'preact';
import type { Rights } from '../../wire.ts';
import { later } from '../parts/later.tsx';
import { type Route, to } from '../routes.ts';
import { OverviewPage } from './overview.tsx';

// Each is a file of its own, which is asked for when it is first shown.
const RunsPage = later(async () => (await import('./runs.tsx')).RunsPage);
const RunPage = later(async () => (await import('./run.tsx')).RunPage);
const WorkflowsPage = later(async () => (await import('./workflows.tsx')).WorkflowsPage);
const WorkflowPage = later(async () => (await import('./workflow.tsx')).WorkflowPage);
const SchedulePage = later(async () => (await import('./schedule.tsx')).SchedulePage);
const WaitingPage = later(async () => (await import('./waiting.tsx')).WaitingPage);
const AuditPage = later(async () => (await import('./audit.tsx')).AuditPage);
const PeoplePage = later(async () => (await import('./people.tsx')).PeoplePage);
const PersonPage = later(async () => (await import('./person.tsx')).PersonPage);

/** A page that the head of every page leads to. */
export interface NavItem {
  readonly title: string;
  readonly href: string;
  /** Key after `g`. */
  readonly key: string;
  /** Pages at which it is marked. */
  readonly pages: readonly Route['page'][];
  /** What one has to be allowed to for it to be offered. */
  readonly needs: keyof Rights;
}

/** In the order in which they stand. */
export const NAV: readonly NavItem[] = [
  { title: 'Overview', href: to.overview, key: 'o', pages: ['overview'], needs: 'reports' },
  { title: 'Runs', href: to.runs(), key: 'r', pages: ['runs', 'run'], needs: 'reports' },
  { title: 'Workflows', href: to.workflows, key: 'w', pages: ['workflows', 'workflow'], needs: 'workflows' },
  { title: 'Schedule', href: to.schedule, key: 's', pages: ['schedule'], needs: 'workflows' },
  { title: 'Waiting', href: to.waiting, key: 'c', pages: ['waiting'], needs: 'reports' },
  { title: 'Audit', href: to.audit(), key: 'a', pages: ['audit'], needs: 'workflows' },
];

/** The page of a route; `null`: there is none. */
export function pageOf(route: Route): ComponentChild | null {
  switch (route.page) {
    case 'overview':
      return <OverviewPage />;
    case 'runs':
      return <RunsPage />;
    case 'run':
      return <RunPage key={route.id} id={route.id} />;
    case 'workflows':
      return <WorkflowsPage />;
    case 'workflow':
      return <WorkflowPage key={route.id} id={route.id} />;
    case 'schedule':
      return <SchedulePage />;
    case 'waiting':
      return <WaitingPage />;
    case 'audit':
      return <AuditPage />;
    case 'people':
      return <PeoplePage />;
    case 'person':
      return <PersonPage key={route.id} id={route.id} />;
    default:
      return null;
  }
}
