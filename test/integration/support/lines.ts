import { readFileSync } from 'node:fs';
import { waitFor } from '../../cluster/wait.js';
import type { Running } from '../../support/program.js';
import { startCli } from './cli.js';

/** A line of a watch in a pipe. */
export interface WatchEvent<Item> {
  readonly kind: string;
  readonly type: string;
  readonly time: string;
  readonly item: Item;
}

/** A watch in a pipe, with the lines that it wrote so far. */
export class WatchLines<Item> {
  #text = '';
  readonly run: Running;

  /** @param wordsOf what of an item a test tells apart, in a few words */
  constructor(
    args: readonly string[],
    kubeconfig: string,
    private readonly wordsOf: (item: Item) => string,
  ) {
    this.run = startCli(args, { kubeconfig, onStdout: (text) => (this.#text += text) });
  }

  get events(): WatchEvent<Item>[] {
    const whole = this.#text.slice(0, this.#text.lastIndexOf('\n') + 1);
    return whole
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as WatchEvent<Item>);
  }

  get told(): string[] {
    return this.events.map(({ type, item }) => `${type} ${this.wordsOf(item)}`);
  }

  /** Waits until there are so many lines, or until the last one is as wanted. */
  async sees(wanted: number | ((last: WatchEvent<Item>) => boolean)): Promise<void> {
    const isThere = (): boolean => {
      const { events } = this;
      const last = events.at(-1);
      return typeof wanted === 'number' ? events.length >= wanted : last !== undefined && wanted(last);
    };
    await waitFor('lines of a watch', isThere, 60_000, 20).catch((error: unknown) => {
      throw new Error(`${String(error)}; ${this.told.join(', ')}; ${this.run.told()}`);
    });
  }

  /** Its resident memory in MiB. */
  get resident(): number {
    const status = readFileSync(`/proc/${this.run.pid.toString()}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  }
}
