import * as Flags from '@oclif/core/flags';
import type { Interfaces } from '@oclif/core';
import { PROFILES } from '../lint/model.js';
import { type Answer, type Given, type Question, question, QUESTIONS } from '../nad/generate/questions.js';
import { shellWord } from '../render/shell.js';
import { variableOf } from './flags.js';

/** A flag for each question. */
export const questionFlags: Interfaces.FlagInput = Object.fromEntries(QUESTIONS.map((each) => [each.id, flagOf(each)]));

function flagOf(asked: Question): Interfaces.FlagInput[string] {
  const { id, kind, summary, value, choices, group } = asked;
  const common = { summary, helpGroup: group, env: variableOf(id) };
  if (kind === 'switch') return Flags.boolean({ ...common, allowNo: asked.negatable === true });
  // Where there are words to choose from, a help text has those.
  const text = { ...common, ...(choices === undefined ? { helpValue: value } : { options: [...choices] }) };
  if (kind === 'list') return Flags.string({ ...text, multiple: true, multipleNonGreedy: true });
  return id === 'namespace' ? Flags.string({ ...text, char: 'n' }) : Flags.string(text);
}

/** What becomes of what was generated. */
export const resultFlags = {
  'output-file': Flags.string({
    summary: 'write it there instead of printing it',
    helpValue: 'FILE',
    env: variableOf('output-file'),
  }),
  profile: Flags.option({
    options: PROFILES,
    summary: 'whose surroundings to judge by; strict makes errors of warnings',
    default: 'openshift' as const,
    env: variableOf('profile'),
  })(),
  apply: Flags.boolean({
    summary: 'create or change it in the cluster by server-side apply',
    exclusive: ['output-file'],
  }),
  'dry-run': Flags.option({
    options: ['client', 'server'] as const,
    summary: 'with --apply: print it and send nothing; server: the API server checks it',
    dependsOn: ['apply'],
  })(),
  force: Flags.boolean({
    summary: 'with --apply of an additional network: replace an entry of that name that says something else',
    dependsOn: ['apply'],
  }),
  yes: Flags.boolean({ char: 'y', summary: 'with --apply: go on without asking', dependsOn: ['apply'] }),
};

/** The answers that flags and the argument give. */
export function givenOf(ipam: string | undefined, flags: Readonly<Record<string, unknown>>): Given {
  const entries = QUESTIONS.flatMap(({ id }): [string, Answer][] => {
    const value = flags[id];
    return isAnswer(value) ? [[id, value]] : [];
  });
  return { ...(ipam === undefined ? {} : { ipam }), ...Object.fromEntries(entries) };
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'string' || typeof value === 'boolean' || Array.isArray(value);
}

/** How an answer is called on the command line. */
export function nameOf(id: string): string {
  return id === 'ipam' ? 'the argument IPAM' : `--${id}`;
}

/** The words after `nad generate` that give the same answers. */
export function commandWords(given: Given): string[] {
  const { ipam, ...flags } = given;
  const words = typeof ipam === 'string' ? [ipam] : [];
  for (const { id } of QUESTIONS) {
    const answer = flags[id];
    if (answer === true) words.push(`--${id}`);
    if (answer === false && question(id)?.negatable === true) words.push(`--no-${id}`);
    if (typeof answer === 'string') words.push(`--${id}`, answer);
    if (typeof answer === 'object') words.push(...answer.flatMap((each) => [`--${id}`, each]));
  }
  return words.map(shellWord);
}
