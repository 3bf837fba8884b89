import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { RULES } from '../../src/lint/registry.js';

/** How many inputs all properties of the linter see together. */
const TOTAL = Number(process.env['IPAMCTL_FUZZ_RUNS'] ?? (process.env['CI'] === 'true' ? 110_000 : 4000));

/** What a property gets of them; a seed that was printed is given again with `IPAMCTL_FUZZ_SEED`. */
export function fuzzing(share: number): { numRuns: number; seed?: number } {
  const seed = process.env['IPAMCTL_FUZZ_SEED'];
  return { numRuns: Math.ceil(TOTAL * share), ...(seed === undefined ? {} : { seed: Number(seed) }) };
}

/** Long enough for any machine: only what never ends takes longer. */
export const PATIENCE_MS = 30 * 60_000;

/** A text, and the name of the file that it is in. */
interface Input {
  readonly file: string;
  readonly text: string;
}

const nads = join('examples', 'nads');
const originals: readonly Input[] = [
  ...RULES.flatMap(({ bad, good }) => [bad, good]).map(({ text, file }) => ({ text, file: file ?? 'nad.yaml' })),
  ...readdirSync(nads).map((file) => ({ file, text: readFileSync(join(nads, file), 'utf8') })),
];

/** What people and tools put where it does not belong. */
const scrap = fc.constantFrom(
  ...['', '\n', '\t', ' ', '\r\n', '\u2028', '\ud800', '\0', '\ufeff'],
  ...["'", '"', '“', '{', '}', '[', ']', ':', ',', '\\', '|', '>', '- ', '? ', '%', '#', '//', '---\n'],
  ...['&a ', '*a', '<<', '!!x ', '<1>', '{{', '}}', '$X', '1e999', '-', 'null', '"ipam": ', '192.0.2.0/24', '::'],
);
const cut = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), scrap);
const cuts = fc.array(cut, { minLength: 1, maxLength: 5 });

function mutate(text: string, all: readonly (readonly [number, number, string])[]): string {
  return all.reduce((now, [where, length, by]) => {
    const at = Math.floor(where * now.length);
    return now.slice(0, at) + by + now.slice(at + length);
  }, text);
}

/** The examples of rules and those that are delivered, with up to five cuts. */
export const mutated: fc.Arbitrary<Input> = fc
  .tuple(fc.constantFrom(...originals), cuts)
  .map(([{ text, file }, all]) => ({ file, text: mutate(text, all) }));

const configs = originals.flatMap(({ text }) => /\{[^]*\}/.exec(text)?.[0] ?? []);

/** The JSON in them, likewise. */
export const mutatedJson = fc.tuple(fc.constantFrom(...configs), cuts).map(([text, all]) => mutate(text, all));

const WATCH = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { writeSync } = require('node:fs');
  let timer;
  parentPort.on('message', (input) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      writeSync(2, 'the linter does not come to an end with ' + JSON.stringify(input) + '\\n');
      process.kill(process.pid, 'SIGKILL');
    }, workerData);
  });
`;
/** A hundred thousand times what an input takes. */
const HANGS_MS = 120_000;

/**
 * Watches from another thread, as a loop that does not end lets nothing else of its own thread run: names the input and
 * ends the process.
 */
export class Watchdog {
  readonly #worker = new Worker(WATCH, { eval: true, workerData: HANGS_MS });

  begin(input: Input): void {
    this.#worker.postMessage(input);
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
