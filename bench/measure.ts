import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One run of a whole process. */
export interface Run {
  /** Empty unless it was asked for. */
  readonly stdout: string;
  /** The end of it. */
  readonly stderr: string;
  readonly wallMs: number;
  /** High-water mark of resident memory in MB; NaN where /proc does not tell. */
  readonly peakMb: number;
  readonly code: number | null;
  readonly outputBytes: number;
}

/** A command to be timed. */
export interface Subject {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are a success; 0 where absent. */
  readonly ok?: readonly number[];
}

/** The median run of several, in the figures that are reported. */
export interface Measured {
  readonly name: string;
  readonly wallMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly peakMb: number;
  readonly outputBytes: number;
}

/**
 * Runs the subjects in turn, A B C A B C …, so that a machine whose speed drifts is unfair to none, and reports the
 * medians. One round before is not counted.
 */
export async function compare(subjects: readonly Subject[], rounds: number): Promise<Measured[]> {
  const runs = new Map<Subject, Run[]>(subjects.map((subject) => [subject, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const subject of subjects) {
      const run = await runOnce(subject);
      if (round > 0) runs.get(subject)?.push(run);
    }
  }
  return [...runs].map(([{ name }, list]) => summarise(name, list));
}

/** The medians of several runs of one command. */
export function summarise(name: string, runs: readonly Run[]): Measured {
  const walls = runs.map(({ wallMs }) => wallMs).sort((a, b) => a - b);
  return {
    name,
    wallMs: median(walls),
    minMs: walls[0] ?? Number.NaN,
    maxMs: walls.at(-1) ?? Number.NaN,
    peakMb: median(runs.map(({ peakMb }) => peakMb).sort((a, b) => a - b)),
    outputBytes: runs[0]?.outputBytes ?? 0,
  };
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Runs a subject once; an exit code that is no success is an error. */
export async function runOnce(subject: Subject, keepOutput = false): Promise<Run> {
  const run = await spawned(subject, keepOutput);
  if ((subject.ok ?? [0]).includes(run.code ?? -1)) return run;
  throw new Error(`${subject.name}: exit code ${String(run.code)}\n${run.stderr}`);
}

function spawned({ argv: [command, ...args], env }: Subject, keepOutput: boolean): Promise<Run> {
  return new Promise((resolve, reject) => {
    const started = process.hrtime.bigint();
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr = (stderr + chunk).slice(-2000)));
    const chunks: Buffer[] = [];
    let outputBytes = 0;
    let peakMb = Number.NaN;
    child.stdout.on('data', (chunk: Buffer) => {
      outputBytes += chunk.length;
      if (keepOutput) chunks.push(chunk);
    });
    // VmHWM only grows, so the last look before the end is as good as the end.
    const look = setInterval(() => (peakMb = highWater(child.pid) ?? peakMb), 4);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(look);
      const wallMs = Number(process.hrtime.bigint() - started) / 1e6;
      resolve({ stdout: Buffer.concat(chunks).toString(), stderr, wallMs, peakMb, code, outputBytes });
    });
  });
}

function highWater(pid: number | undefined): number | undefined {
  try {
    const kb = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
    return kb === undefined ? undefined : Number(kb) / 1024;
  } catch {
    return undefined;
  }
}
