import { access, constants, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputFailure, UsageFailure } from '../errors.js';
import { jsonChunks, parseOutput, yaml, type OutputSpec } from '../render/output.js';
import { safe } from '../render/safe.js';
import { paint } from '../render/style.js';
import { PLAIN } from '../render/terminal.js';
import { wrap } from '../render/wrap.js';
import { asInvoked } from './invocation.js';
import { messageScreen, resultScreen, writeAll, type Io } from './io.js';
import { replaceFile } from './replace-file.js';
import type { CommandResult, View } from './result.js';

/** Where and how a command's result goes: at most one format on stdout, any number in files. */
export interface OutputPlan {
  readonly specs: readonly OutputSpec[];
  readonly noHeaders: boolean;
}

/**
 * Reads every `-o`.
 * @throws UsageFailure for an unknown format, two formats for stdout, or an expression that cannot be read
 */
export async function planOutput(
  outputs: readonly string[] | undefined,
  allowed: readonly string[],
  noHeaders: boolean,
): Promise<OutputPlan> {
  const specs: OutputSpec[] = [];
  for (const text of outputs ?? []) {
    const spec = parseOutput(text, allowed);
    if ('error' in spec) throw new UsageFailure(spec.error);
    if (spec.format === 'jsonpath') await checkJsonPath(spec.argument ?? '');
    specs.push(spec);
  }
  if (specs.filter(({ file }) => file === undefined).length > 1) {
    throw new UsageFailure('only one -o can go to stdout', { hints: ['send the others to files: -o FORMAT=FILE'] });
  }
  const files = specs.flatMap(({ file }) => file ?? []);
  const twice = files.find((file, at) => files.indexOf(file) !== at);
  if (twice !== undefined) throw new UsageFailure(`two -o write the same file ${safe(twice)}`);
  // Files are written besides what a person would see.
  if (specs.every(({ file }) => file !== undefined)) specs.push({ format: 'table' });
  return { specs, noHeaders };
}

/** Whether stdout carries text for people. */
export function isForPeople({ specs }: OutputPlan): boolean {
  const spec = specs.find(({ file }) => file === undefined);
  return spec === undefined || spec.format === 'table' || spec.format === 'wide';
}

/**
 * Prints the result in every asked format, then what goes to stderr.
 * @param bin what the user called the program
 */
export async function emit(result: CommandResult, plan: OutputPlan, io: Io, bin: string): Promise<void> {
  const hidden: string[] = [];
  for (const spec of plan.specs) {
    if (spec.file === undefined) {
      const view = { screen: resultScreen(io), wide: spec.format === 'wide', noHeaders: plan.noHeaders };
      await writeAll(io.stdout, await render(result, spec, view, hidden));
    } else {
      const view = { screen: PLAIN, wide: spec.format === 'wide', noHeaders: plan.noHeaders };
      await writeResultFile(spec.file, await render(result, spec, view, []));
      await writeAll(io.stderr, [`wrote ${safe(spec.file)}\n`]);
    }
  }
  const screen = messageScreen(io);
  const told = (text: string): string => wrap(asInvoked(safe(text), bin), screen.width);
  const label = paint(screen, 'warn', 'Warning:');
  const lines = result.warnings.map((warning) => told(`Warning: ${warning}`).replace('Warning:', label));
  if (isForPeople(plan)) {
    if (hidden.length > 0) lines.push(told(`Not shown for lack of room: ${hidden.join(', ')}; -o wide shows all.`));
    lines.push(...result.closing.map(told));
    // Set off from the table above it.
    if (lines.length > 0 && !plan.noHeaders) lines.unshift('');
  }
  lines.push(...(result.hints ?? []).map(told));
  await writeAll(
    io.stderr,
    lines.map((line) => `${line}\n`),
  );
}

async function render(
  result: CommandResult,
  spec: OutputSpec,
  view: View,
  hidden: string[],
): Promise<Iterable<string>> {
  const own = result.texts?.[spec.format];
  if (own !== undefined) return [own()];
  switch (spec.format) {
    case 'json':
      return jsonChunks(result.document);
    case 'yaml':
      return [await yaml(result.document)];
    case 'name':
      return [result.names?.() ?? ''];
    case 'jsonpath': {
      const { compileJsonPath } = await import('../render/jsonpath.js');
      const compiled = compileJsonPath(spec.argument ?? '');
      if (!compiled.ok) throw new UsageFailure(compiled.error);
      // Only a terminal needs protection; a pipe gets the value as it is.
      const atTerminal = view.screen.width !== undefined;
      const text = compiled.render(result.document, { harmless: atTerminal });
      // kubectl prints no line feed of its own, and neither do we where a script reads.
      return [atTerminal && !text.endsWith('\n') ? `${text}\n` : text];
    }
    default: {
      const { text, hiddenColumns } = result.human(view);
      hidden.push(...hiddenColumns);
      return [text];
    }
  }
}

async function checkJsonPath(expression: string): Promise<void> {
  const { compileJsonPath } = await import('../render/jsonpath.js');
  const compiled = compileJsonPath(expression);
  if (compiled.ok) return;
  throw new UsageFailure(`-o jsonpath: ${compiled.error}`, {
    facts: [safe(expression), `${' '.repeat(compiled.position)}^`],
  });
}

/** Puts a result into a file in one step: whoever collects it, as Prometheus' node exporter does, never finds half of it. */
async function writeResultFile(file: string, chunks: Iterable<string>): Promise<void> {
  try {
    // What a link points to is written, and the link stays.
    const target = await realpath(file).catch(() => file);
    const there = await stat(target).catch(() => undefined);
    const isOurs = there === undefined || (there.isFile() && (await isWritable(target)));
    if (isOurs && (await isWritable(dirname(target)))) await replaceFile(target, chunks, there?.mode);
    else await writeFile(target, chunks);
  } catch (error) {
    throw new InputFailure(`cannot write ${safe(file)}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}
