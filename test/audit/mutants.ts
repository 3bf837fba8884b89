/**
 * Whether the tests of the audit checks would see a check that is broken. Each check is broken in each way that changes
 * what it decides: it never reports, a condition is taken for true or for false, one side of `&&`, `||` or `?:` is left
 * out, a limit is moved by one or to twice and half of it, an element of a list is left out, a severity is another one.
 * Each such mutant is run on the clusters of `cases.ts` and on the check's own examples; it is killed where what is found
 * is not what is to be found. Copies are broken, in a folder of their own: no file of the project is touched. Run by hand
 * when a check changes: `npm run mutants [NAME…]`; it exits with 1 where a mutant survives that is not known to be
 * equivalent.
 *
 * What it leaves alone: texts for people and evidence; `again`, which a snapshot has no use for (test/integration has
 * audits of a busy cluster); what sources and helpers outside of `src/audit/checks` decide, which have tests of their own.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import type { AnyCheck } from '../../src/audit/model.js';
import { CHECKS } from '../../src/audit/registry.js';
import { SEVERITIES } from '../../src/lint/model.js';
import { removeFolders } from '../support/world.js';
import { CASES, SEVERITY_OF } from './cases.js';
import { faultsOfCase, faultsOfExamples } from './judging.js';

const ROOT = resolve(import.meta.dirname, '../..');
const CHECKS_FOLDER = join(ROOT, 'src/audit/checks');

/** Properties with texts, examples and evidence. */
const TOLD: ReadonlySet<string> = new Set([
  'message',
  'evidence',
  'why',
  'title',
  'source',
  'said',
  'raises',
  'silent',
  'also',
  'needs',
  'again',
]);

/** Mutants that decide as the check does: `NAME: TEXT` as it is printed, and why no test can tell them apart. */
const SPARES = 'it spares work, and finds the same';
const SECOND = 'it tells at the second look alone, when one of two lists is newer';
const EQUIVALENT: Readonly<Record<string, string>> = {
  'allocation-without-reservation: !networkIsKnown(belonging) → false':
    'no NAD draws from a pool of a network that nobody knows',
  'capacity: belonging.draws.length === 0 → false': SPARES,
  'capacity: first === undefined → false': 'no group is empty',
  'duplicate-allocation: widest?.contains(range.network) !== true → false': SPARES,
  'duplicate-allocation: group.length > 1 → true': SPARES,
  'duplicate-allocation: > → >= in if (group.length > 1) yield group;': SPARES,
  'duplicate-live-ip: nad === undefined → false': 'then there is no domain',
  'duplicate-live-ip: !byOwner.has(owner) → true': 'which interface of a pod is named',
  'duplicate-live-ip: named(a.pod) < named(b.pod) → false': 'lists come in that order',
  'duplicate-live-ip: < → <= in return [...byOwner.values()].sort((a, b) => (named(a.pod) < named(b.pod) ? -1 : 1));':
    'no two are equal',
  'duplicate-live-ip: addresses.size === 0 → false': SPARES,
  'duplicate-live-ip: !addresses.has(address) → false': SPARES,
  'object-size: <= → < in bytes <= LARGE_OBJECT_BYTES': 'what is weighed is about right',
  'outside-window: belonging.draws.length === 0 → false': 'without NADs each usable address counts',
  'owner-mismatch: fields.address === null || fields.address === undefined → false':
    'what has a reservation has an address',
  'owner-mismatch: fields.address === null → false': 'what has a reservation has an address',
  'owner-mismatch: fields.address === undefined → false': 'what has a reservation has an address',
  "pending-for-address: pod.phase !== 'pending' → false": SECOND,
  'reconciler-missing: reconcilers.length === 0 → false': 'of none nothing is said',
  'reservation-without-allocation: found?.claim.pool === null → true': SECOND,
  'untracked-live-ip: untracked.length === 0 → false': SPARES,
  'untracked-live-ip: nad === undefined → false': 'then there are no ranges',
  'untracked-live-ip: shown.size === 0 → false': SPARES,
};

/** What is of texts for people alone. */
const TOLD_BY: ReadonlySet<string> = new Set([
  'NAMED',
  'now',
  'where',
  'how',
  'consequence',
  'code',
  'waited',
  'lost',
  'count',
  'NAMES',
  'LATE',
  'SAID',
  'since',
]);

/** One way to break a check. */
interface Mutation {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What it is, where the texts do not tell. */
  readonly label?: string;
}

function mutationsOf(source: ts.SourceFile): Mutation[] {
  const mutations: Mutation[] = [];
  const replace = (node: ts.Node, text: string): void => {
    mutations.push({ start: node.getStart(source), end: node.getEnd(), text });
  };
  const isTold = (node: ts.Node): boolean =>
    ts.isImportDeclaration(node) ||
    ts.isTypeNode(node) ||
    ts.isInterfaceDeclaration(node) ||
    (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && TOLD.has(node.name.text)) ||
    ts.isTemplateExpression(node) ||
    (ts.isVariableDeclaration(node) && TOLD_BY.has(node.name.getText(source))) ||
    // Functions that make texts or examples.
    (ts.isFunctionLike(node) && /^(string|KubeObject)$/.test(node.type?.getText(source) ?? ''));
  const condition = (node: ts.Expression): void => {
    replace(node, 'true');
    replace(node, 'false');
  };
  const visit = (node: ts.Node): void => {
    if (isTold(node)) return;
    if (ts.isMethodDeclaration(node) && node.name.getText(source) === 'check' && node.body !== undefined) {
      const start = node.body.getStart(source) + 1;
      mutations.push({ start, end: start, text: 'return;' });
    }
    if (ts.isIfStatement(node)) condition(node.expression);
    if (ts.isConditionalExpression(node)) condition(node.condition);
    if (ts.isBinaryExpression(node)) binary(node);
    if (ts.isPropertyAssignment(node) && node.name.getText(source) === 'severity') severity(node.initializer);
    if (ts.isVariableDeclaration(node) && node.parent.parent.parent === source) table(node);
    ts.forEachChild(node, visit);
  };
  const binary = ({ left, operatorToken, right }: ts.BinaryExpression): void => {
    const swap: Partial<Record<ts.SyntaxKind, string>> = {
      [ts.SyntaxKind.LessThanToken]: '<=',
      [ts.SyntaxKind.LessThanEqualsToken]: '<',
      [ts.SyntaxKind.GreaterThanToken]: '>=',
      [ts.SyntaxKind.GreaterThanEqualsToken]: '>',
      [ts.SyntaxKind.EqualsEqualsEqualsToken]: '!==',
      [ts.SyntaxKind.ExclamationEqualsEqualsToken]: '===',
    };
    const other = swap[operatorToken.kind];
    if (other !== undefined) replace(operatorToken, other);
    if (operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken)
      for (const side of [left, right]) replace(side, 'true');
    if (operatorToken.kind === ts.SyntaxKind.BarBarToken) for (const side of [left, right]) replace(side, 'false');
  };
  const severity = (node: ts.Node): void => {
    if (ts.isStringLiteral(node)) {
      for (const other of SEVERITIES) if (other !== node.text) replace(node, `'${other}'`);
      return;
    }
    ts.forEachChild(node, severity);
  };
  /** Limits and lists that the check goes by. */
  const table = ({ initializer }: ts.VariableDeclaration): void => {
    if (initializer === undefined) return;
    if (ts.isNumericLiteral(initializer) || ts.isBigIntLiteral(initializer)) {
      replace(initializer, `${initializer.getText(source)} * ${ts.isBigIntLiteral(initializer) ? '2n' : '2'}`);
      replace(initializer, `${initializer.getText(source)} / ${ts.isBigIntLiteral(initializer) ? '2n' : '2'}`);
    }
    const list = ts.isNewExpression(initializer) ? initializer.arguments?.[0] : initializer;
    if (list === undefined || !ts.isArrayLiteralExpression(list)) return;
    for (const [at, element] of list.elements.entries()) {
      const others = list.elements.filter((_, index) => index !== at).map((each) => each.getText(source));
      const label = `without ${element.getText(source)}`;
      mutations.push({ start: list.getStart(source), end: list.getEnd(), text: `[${others.join(', ')}]`, label });
    }
  };
  visit(source);
  return mutations;
}

/** Of where a mutation is, and what becomes of it. */
function told(source: ts.SourceFile, { start, end, text, label }: Mutation): string {
  const { line } = source.getLineAndCharacterOfPosition(start);
  const whole = source.text.split('\n')[line] ?? '';
  const flat = (words: string): string => words.replaceAll(/\s+/g, ' ').trim();
  const was = flat(source.text.slice(start, end));
  const what = label ?? (was === '' ? 'never reports' : `${was} → ${text}`);
  return `${(line + 1).toString()}: ${flat(what)}${/^[<>=!]+$/.test(was) ? ` in ${flat(whole)}` : ''}`;
}

/** Tells whether the compiler takes a text for that of a check; what it refuses can never come to be. */
class Compiler {
  readonly #overlay = new Map<string, string>();
  #version = 0;
  readonly #service: ts.LanguageService;

  constructor() {
    const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path));
    const { options } = ts.parseJsonConfigFileContent({ ...(config.config as object), include: [] }, ts.sys, ROOT);
    const loose = { ...options, allowUnreachableCode: true, noUnusedLocals: false, noUnusedParameters: false };
    this.#service = ts.createLanguageService({
      getCompilationSettings: () => loose,
      getScriptFileNames: () => [...this.#overlay.keys()],
      getScriptVersion: (path) => (this.#overlay.has(path) ? this.#version.toString() : '0'),
      getScriptSnapshot: (path) => {
        const text = this.#overlay.get(path) ?? ts.sys.readFile(path);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => ROOT,
      getDefaultLibFileName: (of) => ts.getDefaultLibFilePath(of),
      fileExists: (path) => ts.sys.fileExists(path),
      readFile: (path) => ts.sys.readFile(path),
      directoryExists: (path) => ts.sys.directoryExists(path),
    });
  }

  takes(path: string, text: string): boolean {
    this.#overlay.set(path, text);
    this.#version++;
    return this.#service.getSemanticDiagnostics(path).length === 0;
  }
}

/** The text with what it imports named by where it is. */
function placed(text: string): string {
  return text.replaceAll(/from '(\.[^']+)'/g, (_, path: string) => {
    const url = pathToFileURL(resolve(CHECKS_FOLDER, path.replace(/\.js$/, '.ts')));
    return `from '${url.href}'`;
  });
}

async function faultsOf(check: AnyCheck): Promise<string[]> {
  try {
    for (const each of CASES[check.id] ?? []) {
      const faults = await faultsOfCase(check, each);
      if (faults.length > 0) return faults;
    }
    return await faultsOfExamples(check, SEVERITY_OF[check.id] ?? 'error');
  } catch (failure) {
    return [`it throws: ${String(failure)}`];
  }
}

const names = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'ipamctl-mutants-'));
const compiler = new Compiler();
const total = { mutants: 0, killed: 0, refused: 0, equivalent: 0, survived: 0 };
try {
  for (const { id } of CHECKS) {
    const name = id.slice('audit/'.length);
    if (names.length > 0 && !names.includes(name)) continue;
    const text = readFileSync(join(CHECKS_FOLDER, `${name}.ts`), 'utf8');
    const source = ts.createSourceFile(`${name}.ts`, text, ts.ScriptTarget.Latest, true);
    const mutations = mutationsOf(source);
    const survivors: string[] = [];
    let killed = 0;
    let equivalent = 0;
    let refused = 0;
    for (const [at, mutation] of [null, ...mutations].entries()) {
      const { start, end, text: put } = mutation ?? { start: 0, end: 0, text: '' };
      const file = join(folder, `${name}-${at.toString()}.mts`);
      const broken = `${text.slice(0, start)}${put}${text.slice(end)}`;
      writeFileSync(file, placed(broken));
      const loaded = (await import(pathToFileURL(file).href)) as Record<string, AnyCheck>;
      const check = Object.values(loaded).find((each) => each.id === id);
      if (check === undefined) throw new Error(`${name}.ts exports no ${id}`);
      const faults = await faultsOf(check);
      if (mutation === null) {
        if (faults.length > 0) throw new Error(`${id} fails as it is: ${faults.join('; ')}`);
        continue;
      }
      const what = `${name}:${told(source, mutation)}`;
      if (faults.length > 0) killed++;
      else if (!compiler.takes(join(CHECKS_FOLDER, `${name}.ts`), broken)) refused++;
      else if (EQUIVALENT[what.replace(/:\d+:/, ':')] !== undefined) equivalent++;
      else survivors.push(what);
    }
    total.mutants += mutations.length;
    total.killed += killed;
    total.refused += refused;
    total.equivalent += equivalent;
    total.survived += survivors.length;
    const cases = (CASES[id]?.length ?? 0) + 2;
    process.stdout.write(
      `${name.padEnd(32)} ${mutations.length.toString().padStart(3)} mutants, ${killed.toString().padStart(3)} killed by ${cases.toString()} cases, ${refused.toString()} refused by the compiler, ${equivalent.toString()} equivalent, ${survivors.length.toString()} survived\n`,
    );
    for (const survivor of survivors) process.stdout.write(`  survived ${survivor}\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
  removeFolders();
}
process.stdout.write(
  `${total.mutants.toString()} mutants: ${total.killed.toString()} killed, ${total.refused.toString()} refused by the compiler, ${total.equivalent.toString()} equivalent, ${total.survived.toString()} survived\n`,
);
process.exitCode = total.survived > 0 ? 1 : 0;
