import type { Engine } from '../../engine/engine.ts';
import type { Style } from '../terminal/style.ts';
import { factLines } from '../terminal/table.ts';
import { count, counted, shortened } from '../terminal/text.ts';
import type { DemoFolder } from './folder.ts';
import type { ServiceEffects } from './scim-service.ts';
import type { DemoSystems } from './systems.ts';

/** What has happened on the demo's systems since the report was begun, with an example of each. */
export class DemoReport {
  readonly #systems: DemoSystems;
  readonly #folder: DemoFolder;
  readonly #before: ServiceEffects;
  readonly #mailsBefore: number;
  /** By a word that is in what a task has changed. */
  readonly #examples = new Map<(typeof EXAMPLES)[number], string>();

  constructor(engine: Engine, systems: DemoSystems, folder: DemoFolder) {
    this.#systems = systems;
    this.#folder = folder;
    this.#before = { ...systems.effects };
    this.#mailsBefore = systems.messages.length;
    engine.on('task.completed', ({ subjectId, changes }) => {
      const [change = ''] = changes;
      const kind = EXAMPLES.find((word) => change.startsWith(word));
      if (kind && !this.#examples.has(kind)) this.#examples.set(kind, `${subjectId}, ${change}`);
    });
  }

  lines(style: Style): readonly string[] {
    const { effects, messages } = this.#systems;
    const since = (name: keyof ServiceEffects) => effects[name] - this.#before[name];
    const mails = messages.length - this.#mailsBefore;
    const waits = since('throttled');
    return [
      style.bold('What has changed on the systems:'),
      ...factLines([
        [
          'accounts',
          `${count(since('accountsMade'))} made · ${count(since('accountsEnabled'))} enabled · ${count(since('accountsDisabled'))} disabled${this.#example('account:', 'active:')}`,
        ],
        [
          'groups',
          `${counted(since('joined'), 'membership')} added · ${count(since('left'))} removed${this.#example('added', 'removed')}`,
        ],
        ['mail', `${counted(mails, 'message')} in ${this.#folder.mail}${this.#mailExample(mails)}`],
        ...this.#mailText(mails),
        ...(waits === 0
          ? []
          : [
              ['waits', `the service took no calls for a second: all tasks waited, and none failed`] as const,
            ]),
      ]),
    ];
  }

  #example(...kinds: readonly (typeof EXAMPLES)[number][]): string {
    const examples = kinds.flatMap((kind) => this.#examples.get(kind) ?? []);
    return examples[0] === undefined ? '' : `   such as ${examples[0]}`;
  }

  #mailText(mails: number): readonly (readonly [string, string])[] {
    const mail = mails === 0 ? undefined : this.#systems.messages.at(-mails);
    return mail ? [['', `  ${shortened(mail.text, 100)}`]] : [];
  }

  #mailExample(mails: number): string {
    const mail = mails === 0 ? undefined : this.#systems.messages.at(-mails);
    return mail ? `   such as ${shortened(mail.subject, 60)} to ${mail.to}` : '';
  }
}

const EXAMPLES = ['account:', 'active:', 'added', 'removed'] as const;
