/** `npm run soak:connectors -- [--people N] [--kills N] [--seed S]`: see `onboarding.ts`. */
import { parseArgs } from 'node:util';
import { onboard } from './onboarding.ts';

const USAGE = `Usage: npm run soak:connectors -- [--people N] [--kills N] [--seed S]

People of an LDAP directory (slapd) are onboarded into a SCIM service (SCIMMY) and by mail (smtp-server); processes are
killed by kill -9 and resumed, and the servers' answers fail.

  --people N  people of the directory (default 500)
  --kills N   kill -9 of the process (default 10)
  --seed S    decides what fails, and when processes are killed (default 1)`;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readArguments();
  if (typeof options === 'string') {
    console.error(options);
    return 1;
  }
  const beganAt = performance.now();
  const { violations, ...figures } = await onboard(options);
  const seconds = ((performance.now() - beganAt) / 1_000).toFixed(0);
  console.log(`seed ${options.seed}: ${options.people} people in ${seconds} s`);
  for (const [name, value] of Object.entries(figures)) console.log(`  ${name}: ${value}`);
  console.log(`violations: ${violations.length}`);
  for (const violation of violations) console.log(`  ${violation}`);
  return violations.length === 0 ? 0 : 2;
}

function readArguments(): Parameters<typeof onboard>[0] | string {
  try {
    const { values } = parseArgs({
      options: {
        people: { type: 'string', default: '500' },
        kills: { type: 'string', default: '10' },
        seed: { type: 'string', default: '1' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return USAGE;
    return {
      people: wholeNumber('people', values.people, 10),
      kills: wholeNumber('kills', values.kills, 0),
      seed: wholeNumber('seed', values.seed, 0),
    };
  } catch (error) {
    return `${(error as Error).message}\n\n${USAGE}`;
  }
}

function wholeNumber(name: string, text: string, min: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= min) return value;
  throw new RangeError(`Expected --${name} to be a whole number ≥ ${min}, got \`${text}\``);
}
