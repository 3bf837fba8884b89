import { Address } from '../../net/address.js';
import { Prefix } from '../../net/prefix.js';
import { mainPlugin, type MainPlugin, questionOf } from './mains.js';
import {
  type Answer,
  type Belongs,
  type Form,
  FORMS,
  type Given,
  IPAM_TYPES,
  type IpamType,
  question,
  QUESTIONS,
  type RangeAnswer,
  splitRange,
} from './questions.js';

/** Why nothing can be generated: the question that it is about (`ipam`: the type of the IPAM), and a sentence. */
export interface AnswerProblem {
  readonly kind: 'missing' | 'foreign' | 'invalid';
  readonly question: string;
  readonly message: string;
}

/** @internal Carries a problem to the door of this room. */
export class AnswerError extends Error {
  constructor(readonly problem: AnswerProblem) {
    super(problem.message);
  }
}

export function invalid(id: string, message: string): AnswerError {
  return new AnswerError({ kind: 'invalid', question: id, message });
}

function foreign(id: string, message: string): AnswerError {
  return new AnswerError({ kind: 'foreign', question: id, message });
}

/** Answers that are complete, each of which belongs. */
export interface Answers {
  readonly given: Given;
  readonly main: MainPlugin;
  readonly ipam: IpamType;
  readonly form: Form;
  readonly name: string;
}

/**
 * Reads answers as far as they shape the rest.
 * @throws AnswerError for what is missing, does not belong, or is no answer
 */
export function readAnswers(given: Given): Answers {
  for (const each of QUESTIONS) checkAnswer(each.id, given[each.id]);
  const { ipam: type } = given;
  if (type !== undefined && !IPAM_TYPES.some((each) => each === type)) {
    throw invalid('ipam', choiceProblem(typeof type === 'string' ? type : '', IPAM_TYPES));
  }
  const gap = missing(given);
  if (gap !== undefined) throw new AnswerError({ kind: 'missing', question: gap, message: missingMessage(gap, given) });
  const { main, ipam, form } = shapeOf(given);
  if (main === undefined || ipam === undefined) throw new Error('missing() said that nothing is missing');
  checkIpam(main, ipam);
  for (const { id, belongs } of QUESTIONS) {
    if (isAnswered(given[id]) && belongs !== undefined) checkBelongs(id, belongs, { main, ipam, form });
  }
  return { given, main, ipam, form, name: textOf(given, 'name') ?? '' };
}

/** The first question that must still be answered; undefined where none must. */
export function missing(given: Given): string | undefined {
  return required(given).find((group) => !group.some((id) => isAnswered(given[id])))?.[0];
}

/** Groups of questions of each of which one must be answered, by the order in which they are asked. */
function required(given: Given): string[][] {
  const { main, ipam, form } = shapeOf(given);
  const groups: string[][] = [['main']];
  if (main?.ipam !== 'own') groups.push(['ipam']);
  groups.push(['name']);
  // A shim is there to be seen by the operator, which looks at the type of its IPAM alone.
  const isShim = form === 'additional-network' && textOf(given, 'name')?.endsWith('-shim') === true;
  for (const group of main?.required ?? []) {
    if (isShim && main?.type === 'bridge') continue;
    groups.push(group.filter((id) => id !== 'resource-name' || form === 'nad'));
  }
  // OVN-Kubernetes compares the namespace that is written with the object's own.
  if (main?.ipam === 'own') groups.push(['namespace']);
  if (ipam === 'whereabouts' && !isShim) groups.push(['range']);
  const mayAsk = listOf(given, 'capability').includes('ips');
  if (ipam === 'static' && !mayAsk) groups.push(['address']);
  for (const direction of ['ingress', 'egress']) {
    const pair = [`${direction}-rate`, `${direction}-burst`];
    if (pair.some((id) => isAnswered(given[id]))) groups.push(...pair.map((id) => [id]));
  }
  return groups;
}

function missingMessage(id: string, given: Given): string {
  if (id === 'ipam') return `is missing: one of ${IPAM_TYPES.join(', ')}`;
  const group = required(given).find((each) => each[0] === id) ?? [id];
  const others = group.slice(1).map((each) => `--${each}`);
  return `is missing${reasonFor(id, given)}${others.length === 0 ? '' : ` (or ${others.join(', ')})`}`;
}

function reasonFor(id: string, given: Given): string {
  const { main, ipam } = shapeOf(given);
  if (id === 'range' || id === 'address') return ` for ${ipam ?? ''}`;
  if (/-(?:rate|burst)$/.test(id)) return ': a rate and its burst go together';
  return id === 'main' || id === 'name' ? '' : ` for ${main?.type ?? ''}`;
}

/** What shapes the questions: undefined where it is not answered yet. */
export function shapeOf(given: Given): {
  readonly main: MainPlugin | undefined;
  readonly ipam: IpamType | undefined;
  readonly form: Form;
} {
  const main = mainPlugin(textOf(given, 'main') ?? '');
  const answered = IPAM_TYPES.find((type) => type === given['ipam']);
  return {
    main,
    ipam: answered ?? (main?.ipam === 'own' ? 'none' : undefined),
    form: FORMS.find((form) => form === given['form']) ?? 'nad',
  };
}

/** Whether a question has a meaning for what is to be generated. */
export function belongsTo(id: string, { main, ipam, form }: ReturnType<typeof shapeOf>): boolean {
  const belongs = question(id)?.belongs;
  if (belongs === undefined || main === undefined || ipam === undefined) return belongs === undefined;
  return holds(belongs, { main, ipam, form });
}

type Shape = Pick<Answers, 'main' | 'ipam' | 'form'>;

function holds(belongs: Belongs, { main, ipam, form }: Shape): boolean {
  if (belongs.main?.(main) === false) return false;
  if (belongs.ipam?.includes(ipam) === false) return false;
  return belongs.form === undefined || belongs.form === form;
}

function checkBelongs(id: string, belongs: Belongs, shape: Shape): void {
  if (holds(belongs, shape)) return;
  const { main, ipam, form } = shape;
  const by = ipam === 'none' ? 'without IPAM' : `with IPAM ${ipam}`;
  throw foreign(id, `is for ${belongs.what}; this is ${main.type} ${by}, form ${form}`);
}

function checkIpam(main: MainPlugin, ipam: IpamType): void {
  if (main.ipam === 'own' && ipam !== 'none') {
    throw foreign('ipam', `must be none: ${main.type} gives addresses itself, out of --subnets`);
  }
  if (main.ipam === 'required' && ipam === 'none') {
    throw invalid('ipam', `must not be none: ${main.type} refuses to work without addresses`);
  }
}

function checkAnswer(id: string, answer: Answer | undefined): void {
  const asked = question(id);
  if (asked === undefined || answer === undefined) return;
  const kind = typeof answer === 'string' ? 'text' : typeof answer === 'boolean' ? 'switch' : 'list';
  if (kind !== asked.kind) throw invalid(id, `wants a ${asked.kind}, not a ${kind}`);
  if (typeof answer === 'boolean') return;
  for (const text of typeof answer === 'string' ? [answer] : answer) {
    const problem = asked.choices?.includes(text) === false ? choiceProblem(text, asked.choices) : asked.check?.(text);
    if (problem !== undefined) throw invalid(id, problem);
  }
}

export function choiceProblem(text: string, choices: readonly string[]): string {
  return `${JSON.stringify(text)} is none of ${choices.join(', ')}`;
}

export function isAnswered(answer: Answer | undefined): boolean {
  return typeof answer === 'boolean' ? answer : answer !== undefined && answer.length > 0;
}

export function textOf(given: Given, id: string): string | undefined {
  const answer = given[id];
  return typeof answer === 'string' ? answer : undefined;
}

export function listOf(given: Given, id: string): readonly string[] {
  const answer = given[id];
  return typeof answer === 'object' ? answer : [];
}

/** Of an answer that was checked. */
export function addressOf(text: string): Address {
  const address = Address.parse(text);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
}

/** Of an answer that was checked. */
export function prefixOf(text: string): Prefix {
  const prefix = Prefix.parse(text);
  if (prefix === undefined) throw new Error(`no prefix: ${text}`);
  return prefix;
}

/** Of an answer that was checked. */
export function rangeOf(text: string): RangeAnswer {
  const range = splitRange(text);
  if (typeof range === 'string') throw new Error(range);
  return range;
}

/** The question that answers a key of the main plugin. */
export function keyAnswer(given: Given, key: string): Answer | undefined {
  return given[questionOf(key)];
}
