import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from '../cluster/binaries.js';

/** A question to the oracle; `main.go` says what each `ask` needs. */
export interface Question {
  readonly ask:
    | 'ip'
    | 'ipSloppy'
    | 'cidr'
    | 'cidrSloppy'
    | 'contains'
    | 'getOffset'
    | 'lastTick'
    | 'addOffset'
    | 'range'
    | 'poolName'
    | 'reservationName'
    | 'assign'
    | 'load'
    | 'divide'
    | 'metrics';
  readonly text: string;
  readonly other?: string;
  readonly offset?: string;
  readonly start?: string;
  readonly end?: string;
  readonly network?: string;
  readonly node?: string;
  readonly excludes?: readonly string[];
  readonly limit?: number;
}

/** The oracle's answer; which fields are filled depends on the question. */
export interface Answer {
  readonly ok: boolean;
  readonly error?: string;
  readonly text: string;
  readonly other: string;
  readonly four: boolean;
  readonly list?: readonly string[];
  readonly config?: {
    readonly name: string;
    readonly networkName: string;
    readonly sliceSize: string;
    readonly overlapping: boolean;
    readonly ranges: readonly {
      readonly range: string;
      readonly start: string;
      readonly end: string;
      readonly exclude: readonly string[] | null;
    }[];
  };
}

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Whether there is a Go to build with. */
export function hasGo(): boolean {
  return spawnSync('go', ['version']).status === 0;
}

/** The oracle's program: from the cache, else built (one to two minutes on two cores). */
export function buildOracle(): string {
  return buildProgram('oracle', folder, 'from whereabouts, the first time this takes one to two minutes');
}

/**
 * A Go program: from the cache, else built.
 * @param source folder of its go.mod
 * @param of the package to build: that folder's own main.go, or a tool of its modules
 */
export function buildProgram(name: string, source: string, told: string, of = '.'): string {
  const hash = createHash('sha256').update(of);
  for (const file of ['go.mod', 'go.sum', ...(of === '.' ? ['main.go'] : [])]) {
    hash.update(readFileSync(join(source, file)));
  }
  const root = cacheRoot();
  const program = join(root, `${name}-${hash.digest('hex').slice(0, 10)}-${process.platform}-${process.arch}`);
  if (existsSync(program)) return program;
  mkdirSync(root, { recursive: true });
  process.stderr.write(`${name}: building it ${told}\n`);
  // Under a name of its own first: a killed build must leave nothing that looks whole.
  const partial = `${program}.partial-${process.pid}`;
  const build = spawnSync('go', ['build', '-trimpath', '-mod=readonly', '-buildvcs=false', '-o', partial, of], {
    cwd: source,
    env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
    encoding: 'utf8',
  });
  if (build.status !== 0) {
    rmSync(partial, { force: true });
    throw new Error(`go build of the ${name} failed:\n${build.stderr}`);
  }
  renameSync(partial, program);
  return program;
}

/** Asks everything in one run of the program; answers come in the order of the questions. */
export function ask(program: string, questions: readonly Question[]): Promise<Answer[]> {
  return askProgram<Answer>(program, questions);
}

/** As `ask`, of any program that answers lines of JSON by lines of JSON. */
export async function askProgram<A>(program: string, questions: readonly object[]): Promise<A[]> {
  // The log of the plugin goes to stderr and is of no interest, unless the program fails. The limit is for questions
  // that whereabouts would work on for ever.
  const oracle = spawn(program, { stdio: ['pipe', 'pipe', 'pipe'], timeout: 120_000, killSignal: 'SIGKILL' });
  let output = '';
  let log = '';
  oracle.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  oracle.stderr.setEncoding('utf8').on('data', (chunk: string) => (log = (log + chunk).slice(-4000)));
  const ended = new Promise<number | null>((resolve, reject) => {
    oracle.on('error', reject);
    oracle.on('close', resolve);
  });
  oracle.stdin.on('error', () => undefined);
  oracle.stdin.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(''));
  const code = await ended;
  if (code !== 0) throw new Error(`the oracle ended with ${code}:\n${log}`);
  const answers = output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as A);
  if (answers.length !== questions.length) {
    throw new Error(`${questions.length} questions, ${answers.length} answers:\n${log}`);
  }
  return answers;
}
