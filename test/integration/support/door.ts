import type { TestCluster } from '../../cluster/cluster.js';
import { waitFor } from '../../cluster/wait.js';
import { openGate, type Gate, type GateOptions, type Passing } from './gate.js';

/** A request that waits until it may go on. */
export interface Stop {
  /** Resolves once such a request has come. */
  reached(): Promise<void>;
  /** Lets those that wait go on, and all that come. */
  pass(): void;
}

type Rule = (passing: Passing) => Promise<void> | void;

/** One program's own way to the API server, on which a test stops or refuses requests by `METHOD PATH`. */
export class Door {
  readonly #rules: Rule[];
  readonly #gate: Gate;

  private constructor(gate: Gate, rules: Rule[]) {
    this.#gate = gate;
    this.#rules = rules;
  }

  static async open(cluster: TestCluster, options: GateOptions = {}): Promise<Door> {
    const rules: Rule[] = [];
    const onRequest = async (passing: Passing): Promise<void> => {
      for (const rule of rules) await rule(passing);
    };
    return new Door(await openGate(cluster, onRequest, options), rules);
  }

  get kubeconfig(): string {
    return this.#gate.kubeconfig;
  }

  get server(): string {
    return this.#gate.server;
  }

  hold(pattern: RegExp): Stop {
    let count = 0;
    let pass: () => void = () => undefined;
    const passed = new Promise<void>((resolve) => (pass = resolve));
    this.#rules.push((passing) => {
      if (!pattern.test(`${passing.method} ${passing.path}`)) return undefined;
      count++;
      return passed;
    });
    return {
      reached: async () => {
        await waitFor(`a request ${pattern.source}`, () => count > 0, 60_000, 10);
      },
      pass,
    };
  }

  /** Stops nothing. */
  watch(pattern: RegExp): Pick<Stop, 'reached'> {
    const stop = this.hold(pattern);
    stop.pass();
    return stop;
  }

  /** The API server never hears of them. */
  refuse(pattern: RegExp, status: number): void {
    this.#rules.push((passing) => {
      if (pattern.test(`${passing.method} ${passing.path}`)) passing.refuse(status);
    });
  }

  close(): Promise<void> {
    return this.#gate.close();
  }
}
