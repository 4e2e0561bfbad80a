/** `node test/guard/record.ts`: what is measured now becomes what must not get worse. */
import { writeFileSync } from 'node:fs';
import { measureCosts, RECORDED } from './costs.ts';

writeFileSync(RECORDED, `${JSON.stringify(measureCosts(), null, 2)}\n`);
