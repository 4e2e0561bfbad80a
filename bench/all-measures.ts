/** All measures, in the order in which `npm run bench` runs them. */

import type { Measure } from './measure.ts';
import { cluster } from './measures/cluster.ts';
import { connectors } from './measures/connectors.ts';
import { directory } from './measures/directory.ts';
import { durable } from './measures/durable.ts';
import { http } from './measures/http.ts';
import { loopDelay } from './measures/loop-delay.ts';
import { memory } from './measures/memory.ts';
import { peers } from './measures/peers.ts';
import { postgres } from './measures/postgres.ts';
import { query } from './measures/query.ts';
import { record } from './measures/record.ts';
import { recovery } from './measures/recovery.ts';
import { scale } from './measures/scale.ts';
import { simulate } from './measures/simulate.ts';
import { size } from './measures/size.ts';
import { start } from './measures/start.ts';
import { sweep } from './measures/sweep.ts';
import { telemetry } from './measures/telemetry.ts';
import { waiting } from './measures/waiting.ts';

export const MEASURES: readonly Measure[] = [
  durable,
  memory,
  waiting,
  scale,
  recovery,
  query,
  simulate,
  sweep,
  size,
  record,
  http,
  loopDelay,
  directory,
  telemetry,
  start,
  connectors,
  postgres,
  cluster,
  peers,
];
