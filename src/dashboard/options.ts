/** Options of a dashboard, read once. */

import type { Engine } from '../engine/engine.ts';
import { ANY_CALLER, type Authorize } from '../graph/access/authorize.ts';
import { GRAPH_OPTIONS, type GraphOptions } from '../graph/options.ts';
import { readFlag, readFunction, readText } from '../input/fields.ts';
import { type Reader, type ReadShape, readOptions, withDefault } from '../input/options.ts';
import { invalid, type Place } from '../input/refuse.ts';
import type { CompareVersionsOptions, VersionsCompared } from '../simulate/versions/compare-versions.ts';

const ENVIRONMENT_LENGTH_MAX = 40;
const URL_LENGTH_MAX = 2_000;

/** Options of `createDashboard`. Those of `createGraphHandler` mean the same as there. */
export interface DashboardOptions extends Omit<GraphOptions, 'readOnlyRuns' | 'runIdHeader'> {
  /**
   * What browsers see in front of the dashboard, without a slash at its end: `https://hr.example.com/ops`. Only needed
   * where a router takes the prefix off and serves the dashboard also without a slash at its end, as Express does.
   */
  readonly baseUrl?: string;
  /** `true`: no caller may change anything. Default `false`. */
  readonly readOnly?: boolean;
  /**
   * `true`: browsers have sessions. A token that `authorize` takes, or a one-time code of `signInCode`, is
   * exchanged for a cookie that scripts cannot read. Leave it out where the host has sessions of its own and
   * `authorize` knows them. Default `false`.
   */
  readonly sessions?: boolean;
  /**
   * Where to sign in at the host; pages link to it when `authorize` knows no caller. A path or URL of http or
   * https. Default: none, and the page says that one has to sign in.
   */
  readonly signInUrl?: string;
  /**
   * `compareVersions` of `tenure/simulate`: pages offer to compare two versions of a workflow in virtual time. Default: they do
   * not, and the simulator is not loaded.
   */
  readonly compareVersions?: CompareVersions;
  /** Shown in the head of every page, at most 40 characters: `production`. Default: nothing. */
  readonly environment?: string;
}

/** `compareVersions` of `tenure/simulate`, or a function that calls it with further options. */
export type CompareVersions = (
  engine: Engine,
  workflowId: string,
  options: CompareVersionsOptions,
) => Promise<Pick<VersionsCompared, 'comparison' | 'report' | 'assumptions' | 'peopleCount'>>;

/** Options, complete. */
export type DashboardSettings = ReadShape<typeof OPTIONS>;

const { readOnlyRuns: _, runIdHeader: __, ...GRAPH } = GRAPH_OPTIONS;
const OPTIONS = {
  ...GRAPH,
  authorize: withDefault(GRAPH_OPTIONS.authorize, null as Authorize | null),
  readOnly: withDefault(readFlag, false),
  sessions: withDefault(readFlag, false),
  signInUrl: withDefault(readLink, ''),
  compareVersions: withDefault(readFunction<CompareVersions>, null),
  environment: withDefault((place: Place) => readText(place, ENVIRONMENT_LENGTH_MAX), ''),
} satisfies Record<keyof DashboardOptions, Reader<unknown>>;

/** @throws LifecycleError `InvalidArgument`, naming the option that is not what it must be. */
export function readDashboardOptions(options: DashboardOptions | undefined): DashboardSettings {
  const read = readOptions(options, 'createDashboard', OPTIONS);
  return read.baseUrl === null
    ? read
    : { ...read, allowedHosts: [...read.allowedHosts, new URL(read.baseUrl).hostname] };
}

/** The caller of every request when there is no authorization and there are no sessions. */
export const anyCaller: Authorize = () => ANY_CALLER;

/** A link that leads to a page, and runs nothing. */
function readLink(place: Place): string {
  const link = readText(place, URL_LENGTH_MAX);
  if (/^(?:https?:\/\/|\/(?!\/)|\.{1,2}\/)\S*$/i.test(link)) return link;
  throw invalid(place, 'a path, or a URL of http or https');
}
