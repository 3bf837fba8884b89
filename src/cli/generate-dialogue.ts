import { ClusterFailure } from '../errors.js';
import type { Outcome } from '../lint/engine.js';
import { explainRanges } from '../lint/explain.js';
import type { Profile } from '../lint/model.js';
import type { SourceFile } from '../lint/source/document.js';
import { belongsTo, isAnswered, missing, shapeOf } from '../nad/generate/answers.js';
import { type Generated, generate } from '../nad/generate/generate.js';
import { MAIN_PLUGINS, questionOf } from '../nad/generate/mains.js';
import { type Answer, type Given, IPAM_TYPES, type IpamType, question } from '../nad/generate/questions.js';
import { grouped } from '../render/number.js';
import { safe } from '../render/safe.js';
import { paint } from '../render/style.js';
import { wrap } from '../render/wrap.js';
import { type Choice, choose, fill } from './ask.js';
import { commandWords } from './generate-flags.js';
import { blamed, firstError, judge } from './generate-run.js';
import { asInvoked } from './invocation.js';
import { type Io, messageScreen, writeAll } from './io.js';

const IPAM_MEANINGS: Readonly<Record<IpamType, string>> = {
  whereabouts: 'addresses of a range, each given once in the whole cluster',
  static: 'the addresses that are written here, for one pod',
  dhcp: 'addresses of a DHCP server on that network',
  none: 'no addresses: layer 2 alone',
};

/** What is offered besides what must be answered; an empty answer is none. */
const OFFERED = ['gateway', 'exclude', 'vlan', 'subnets'] as const;

/** What every question of a dialogue has. */
export interface Interview {
  readonly io: Io;
  readonly profile: Profile;
  /** What the user called the program. */
  readonly bin: string;
  /** Networks that are there already; empty where no cluster can be asked. */
  readonly existing: () => Promise<readonly SourceFile[]>;
}

/**
 * Asks for what is missing, one thing after the other, until what comes of it has no error; then sums up, with the
 * command line that gives the same.
 */
export async function interview(to: Interview, given: Given): Promise<Given> {
  let answers = given;
  const offered = new Set<string>();
  for (;;) {
    const id = missing(answers) ?? nextOffer(answers, offered);
    if (id !== undefined) {
      offered.add(id);
      answers = withAnswer(answers, id, await ask(to, id, answers));
      continue;
    }
    const wrong = await settle(to, answers);
    if (wrong === undefined) return answers;
    // Asked again, and what it was made of with it.
    answers = withAnswer(answers, wrong, await ask(to, wrong, answers));
  }
}

/** Reads once; a cluster that is not at hand has nothing to compare with. */
export function onceIfThere(read: () => Promise<readonly SourceFile[]>): Interview['existing'] {
  let known: Promise<readonly SourceFile[]> | undefined;
  return () =>
    (known ??= read().catch((failure: unknown) => {
      if (failure instanceof ClusterFailure) return [];
      throw failure;
    }));
}

function nextOffer(answers: Given, offered: ReadonlySet<string>): string | undefined {
  const shape = shapeOf(answers);
  const several = Array.isArray(answers['range']) && answers['range'].length > 1;
  return OFFERED.find(
    (id) => !offered.has(id) && !isAnswered(answers[id]) && belongsTo(id, shape) && !(id === 'exclude' && several),
  );
}

function withAnswer(answers: Given, id: string, answer: Answer): Given {
  return { ...answers, [id]: isAnswered(answer) ? answer : undefined };
}

async function ask({ io }: Interview, id: string, answers: Given): Promise<Answer> {
  const choices = choicesOf(id, answers);
  if (choices !== undefined) return choose(io, titleOf(id, answers), choices);
  const asked = question(id);
  const isOptional = OFFERED.some((each) => each === id);
  const isList = asked?.kind === 'list';
  const text = await fill(
    io,
    `${titleOf(id, answers)}${isOptional ? ' (or nothing)' : ''}`,
    (typed) => {
      const parts = isList ? typed.split(/\s+/).filter((part) => part !== '') : [typed].filter((part) => part !== '');
      if (parts.length === 0) return isOptional ? undefined : 'an answer is needed';
      return parts.map((part) => asked?.check?.(part)).find((each) => each !== undefined) ?? later(id, parts, answers);
    },
    id === 'namespace' ? 'default' : undefined,
  );
  return isList ? text.split(/\s+/).filter((part) => part !== '') : text;
}

/** What only shows together with the other answers. */
function later(id: string, parts: readonly string[], answers: Given): string | undefined {
  const result = generate({ ...answers, [id]: question(id)?.kind === 'list' ? parts : (parts[0] ?? '') });
  return !result.ok && result.problem.question === id ? result.problem.message : undefined;
}

function titleOf(id: string, answers: Given): string {
  if (id === 'ipam') return 'How do addresses come to the pods?';
  const { main } = shapeOf(answers);
  const key = main?.keys.find((each) => questionOf(each.key) === id);
  const summary = key?.summary ?? question(id)?.summary ?? id;
  const several = question(id)?.kind === 'list' ? '; several with spaces between' : '';
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}${several}`;
}

function choicesOf(id: string, answers: Given): Choice[] | undefined {
  const { main } = shapeOf(answers);
  if (id === 'main') return MAIN_PLUGINS.map(({ type, summary }) => ({ value: type, meaning: summary }));
  if (id === 'ipam') {
    const types = IPAM_TYPES.filter((type) => type !== 'none' || main?.ipam !== 'required');
    return types.map((type) => ({ value: type, meaning: IPAM_MEANINGS[type] }));
  }
  const words = main?.keys.find((each) => questionOf(each.key) === id)?.choices ?? question(id)?.choices;
  return words?.map((value) => ({ value, meaning: '' }));
}

/** Says what comes of the answers; where that has an error, which answer is to be given anew. */
async function settle(to: Interview, answers: Given): Promise<string | undefined> {
  const result = generate(answers);
  if (!result.ok) {
    await tell(to, [`${result.problem.question} ${result.problem.message}`], 'bad');
    return result.problem.question;
  }
  const outcome = await judge(result.generated, to.profile, await to.existing());
  const error = firstError(outcome.findings.filter(({ finding }) => !finding.rule.startsWith('cross/')));
  const wrong = error === undefined ? undefined : blamed(error);
  if (error !== undefined && wrong !== undefined && canAnswer(wrong, answers)) {
    await tell(to, [`${error.finding.message} (${error.finding.rule})`], 'bad');
    return wrong;
  }
  await tell(to, summaryOf(result.generated, outcome), undefined);
  // With what others have it may be meant so; nothing has been written yet.
  const others = outcome.findings.filter(
    ({ finding: { rule, severity } }) => rule.startsWith('cross/') && severity === 'error',
  );
  await tell(
    to,
    others.map(({ finding: { message, rule } }) => `Beware: ${message} (${rule})`),
    'warn',
  );
  await tell(
    to,
    ['The same without questions:', `  ipamctl nad generate ${commandWords(answers).join(' ')}`],
    undefined,
  );
  return undefined;
}

function canAnswer(id: string, answers: Given): boolean {
  return id === 'main' || id === 'ipam' || belongsTo(id, shapeOf(answers));
}

function summaryOf({ name, namespace }: Generated, outcome: Outcome): string[] {
  const ranges = explainRanges(outcome.subjects).items.filter((item) => item.name === name || item.name === null);
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  return [
    '',
    `${name}${where}${ranges.length === 0 ? '.' : ':'}`,
    ...ranges.map(({ range, first, last, capacity, poolName, slices }) => {
      const span = first === null || last === null ? '' : `, ${first} to ${last}`;
      const pool = slices === null ? `pool ${poolName ?? ''}` : `${grouped(slices)} slices`;
      return `  ${range}${span}: ${grouped(BigInt(capacity))} addresses, ${pool}`;
    }),
  ];
}

async function tell({ io, bin }: Interview, lines: readonly string[], role: 'bad' | 'warn' | undefined): Promise<void> {
  const screen = messageScreen(io);
  const shown = lines.map((line) => {
    const text = wrap(asInvoked(safe(line), bin), screen.width);
    return `${role === undefined ? text : paint(screen, role, text)}\n`;
  });
  await writeAll(io.stderr, shown);
}
