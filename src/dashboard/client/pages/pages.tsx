/** The pages. A further one is a file beside this one, a row here, and its address in `routes.ts`. */
import type { ComponentChild } from 'preact';
import type { Rights } from '../../wire.ts';
import { type Route, to } from '../routes.ts';
import { AuditPage } from './audit.tsx';
import { OverviewPage } from './overview.tsx';
import { PersonPage } from './person.tsx';
import { RunPage } from './run.tsx';
import { RunsPage } from './runs.tsx';
import { SchedulePage } from './schedule.tsx';
import { WaitingPage } from './waiting.tsx';
import { WorkflowPage } from './workflow.tsx';
import { WorkflowsPage } from './workflows.tsx';

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
    case 'person':
      return <PersonPage key={route.id} id={route.id} />;
    default:
      return null;
  }
}
