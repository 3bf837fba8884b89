/** Does with the example pipelines what their runners do: the shell of each step, in its order, with its variables. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { cleanEnvironment, type Ran } from '../../support/program.js';
import { folderWith } from '../../support/world.js';

/** Where a job runs. */
export interface Runner {
  /** The checked-out repository. */
  readonly cwd: string;
  /** Over what the pipeline sets. */
  readonly env: Readonly<Record<string, string>>;
}

/** What became of a job: the code of the first step that failed, or 0. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function shell(command: readonly [string, ...string[]], { cwd, env }: Runner): Promise<Ran> {
  const [file, ...args] = command;
  const child = spawn(file, args, { cwd, env: cleanEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((done, fail) => {
    child.on('error', fail).on('close', (code) => {
      done({ code, stdout, stderr });
    });
  });
}

function after(before: Outcome, { code, stdout, stderr }: Ran): Outcome {
  return {
    code: before.code === 0 ? code : before.code,
    stdout: before.stdout + stdout,
    stderr: before.stderr + stderr,
  };
}

const BEGUN: Outcome = { code: 0, stdout: '', stderr: '' };

interface GithubStep {
  readonly run?: string;
  readonly uses?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface GithubWorkflow {
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { steps: GithubStep[] }>>;
}

/**
 * A job of GitHub Actions: `bash -e` for each step, `if: always()`, files of environment and summary, secrets. Actions do
 * not run; what they are to upload must be there.
 */
export async function runGithubJob(
  file: string,
  job: string,
  { secrets = {}, ...runner }: Runner & { secrets?: Readonly<Record<string, string>> },
): Promise<Outcome & { summary: string }> {
  const workflow = parse(readFileSync(file, 'utf8')) as GithubWorkflow;
  const temp = folderWith({ environment: '', 'summary.md': '' });
  const own = {
    RUNNER_TEMP: temp,
    GITHUB_ENV: join(temp, 'environment'),
    GITHUB_STEP_SUMMARY: join(temp, 'summary.md'),
  };
  const filled = (text: string): string =>
    text.replace(/\$\{\{ secrets\.(\w+) \}\}/g, (_, name: string) => {
      const secret = secrets[name];
      if (secret === undefined) throw new Error(`secret ${name} is not given`);
      return secret;
    });
  let outcome = BEGUN;
  const steps = workflow.jobs[job]?.steps ?? [];
  if (steps.length === 0) throw new Error(`${file} has no job ${job}`);
  for (const step of steps) {
    if (outcome.code !== 0 && step.if !== 'always()') continue;
    if (step.run === undefined) {
      const paths = [step.with?.['path'], step.with?.['sarif_file']].filter((each) => typeof each === 'string');
      needFiles(
        outcome,
        runner.cwd,
        paths.flatMap((each) => each.split('\n')).filter((each) => each !== ''),
      );
      continue;
    }
    const given = Object.entries({ ...workflow.env, ...step.env }).map(([name, text]) => [name, filled(text)]);
    const kept = readFileSync(own.GITHUB_ENV, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
    const env = {
      ...(Object.fromEntries([...given, ...kept]) as Record<string, string>),
      ...runner.env,
      ...own,
    };
    outcome = after(outcome, await shell(['bash', '-e', '-c', step.run], { cwd: runner.cwd, env }));
  }
  return { ...outcome, summary: readFileSync(own.GITHUB_STEP_SUMMARY, 'utf8') };
}

interface GitlabJob {
  readonly extends?: string;
  readonly before_script?: string[];
  readonly script: string[];
  readonly artifacts?: { paths?: string[]; reports?: Readonly<Record<string, string>> };
}

/** A job of GitLab CI: `before_script` and `script` in one shell, artifacts that must be there. */
export async function runGitlabJob(file: string, name: string, runner: Runner): Promise<Outcome> {
  const jobs = parse(readFileSync(file, 'utf8')) as Record<string, GitlabJob> & { variables: Record<string, string> };
  const job = { ...jobs[jobs[name]?.extends ?? ''], ...jobs[name] };
  const lines = [...(job.before_script ?? []), ...(job.script ?? [])];
  const env = { ...jobs.variables, ...runner.env };
  const outcome = await shell(['bash', '-eo', 'pipefail', '-c', lines.join('\n')], { cwd: runner.cwd, env });
  needFiles(outcome, runner.cwd, [...(job.artifacts?.paths ?? []), ...Object.values(job.artifacts?.reports ?? {})]);
  return outcome;
}

/** A Task of Tekton. */
export interface TektonTask {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly params?: readonly { name: string; default?: string }[];
    readonly workspaces?: readonly { name: string }[];
    readonly results?: readonly { name: string }[];
    readonly steps: readonly {
      readonly script: string;
      readonly workingDir?: string;
      readonly env?: readonly { name: string; value: string }[];
    }[];
  };
}

/** A Task: each script as a program of its own, with params, workspaces and results put in. */
export async function runTektonTask(
  task: TektonTask,
  given: { params: Readonly<Record<string, string>>; workspaces: Readonly<Record<string, string>> },
  runner: Runner,
): Promise<Outcome & { results: Record<string, string> }> {
  const folder = folderWith({});
  mkdirSync(join(folder, 'results'));
  const values = new Map<string, string>();
  for (const { name, default: value } of task.spec.params ?? []) {
    const param = given.params[name] ?? value;
    if (param === undefined) throw new Error(`param ${name} is not given`);
    values.set(`params.${name}`, param);
  }
  for (const { name } of task.spec.workspaces ?? []) {
    const workspace = given.workspaces[name];
    if (workspace === undefined) throw new Error(`workspace ${name} is not given`);
    values.set(`workspaces.${name}.path`, workspace);
  }
  for (const { name } of task.spec.results ?? []) values.set(`results.${name}.path`, join(folder, 'results', name));
  const filled = (text: string): string =>
    text.replace(/\$\(((?:params|workspaces|results)\.[\w.-]+)\)/g, (_, name: string) => {
      const value = values.get(name);
      if (value === undefined) throw new Error(`${task.metadata.name} uses ${name}, which it does not have`);
      return value;
    });
  let outcome = BEGUN;
  for (const [at, { script, workingDir, env = [] }] of task.spec.steps.entries()) {
    if (outcome.code !== 0) break;
    const file = join(folder, `script-${at}`);
    writeFileSync(file, filled(script), { mode: 0o755 });
    const own = Object.fromEntries(env.map(({ name, value }) => [name, filled(value)]));
    const cwd = workingDir === undefined ? folder : filled(workingDir);
    outcome = after(outcome, await shell([file], { cwd, env: { ...runner.env, ...own } }));
  }
  const results = (task.spec.results ?? []).map(({ name }) => [
    name,
    readFileSync(join(folder, 'results', name), 'utf8'),
  ]);
  return { ...outcome, results: Object.fromEntries(results) as Record<string, string> };
}

/** What a job that came to an answer is to keep; where it was refused there may be none, of which runners only warn. */
function needFiles({ code }: Outcome, cwd: string, names: readonly string[]): void {
  if (code !== 0 && code !== 1) return;
  const missing = names.filter((name) => !existsSync(join(cwd, name)));
  if (missing.length > 0) throw new Error(`the pipeline keeps what is not there: ${missing.join(', ')}`);
}
