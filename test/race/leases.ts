/** Watches who holds the Lease that the plugin's ADD and DEL take. */
import { request, type RequestOptions } from 'node:https';
import { createInterface } from 'node:readline';
import { HOLDER_PREFIX } from '../../src/reconcile/leases/holdings.js';
import { leaseName } from '../../src/whereabouts/names.js';
import { POOL_NAMESPACE, type TestCluster } from '../cluster/cluster.js';

/** How long who held it, in ms, as the events of a watch came in. */
export interface LeaseTimes {
  readonly ours: number;
  readonly plugins: number;
  readonly free: number;
  /** Our longest tenure, and the shortest time between two of ours. */
  readonly longest: number;
  readonly shortestPause: number;
}

interface LeaseEvent {
  readonly object: {
    readonly metadata: { readonly name: string };
    readonly spec?: { readonly holderIdentity?: string };
  };
}

/** A watch of the shared Lease, from its creation to `end`. */
export class LeaseWatch {
  readonly #request: ReturnType<typeof request>;
  readonly #sums = { ours: 0, plugins: 0, free: 0 };
  #holder: keyof LeaseTimes & ('ours' | 'plugins' | 'free') = 'free';
  #since = performance.now();
  #tenure = 0;
  #leftAt = -Infinity;
  #longest = 0;
  #shortestPause = Infinity;

  constructor(cluster: TestCluster) {
    const url = new URL(`/apis/coordination.k8s.io/v1/namespaces/${POOL_NAMESPACE}/leases?watch=1`, cluster.server);
    const { ca, token = '' } = cluster.access;
    const options: RequestOptions = {
      headers: { authorization: `Bearer ${token}` },
      ...(ca === undefined ? {} : { ca }),
    };
    this.#request = request(url, options, (answer) => {
      const lines = createInterface({ input: answer });
      lines.on('line', (line) => this.#hear(JSON.parse(line) as LeaseEvent));
      // That is how a watch ends.
      lines.on('error', () => undefined);
      answer.on('error', () => undefined);
    });
    this.#request.on('error', () => undefined);
    this.#request.end();
  }

  end(): LeaseTimes {
    this.#request.destroy();
    this.#count(performance.now());
    return { ...this.#sums, longest: this.#longest, shortestPause: this.#shortestPause };
  }

  #hear({ object: { metadata, spec } }: LeaseEvent): void {
    if (metadata.name !== leaseName()) return;
    const now = performance.now();
    this.#count(now);
    const identity = spec?.holderIdentity ?? '';
    const holder = identity === '' ? 'free' : identity.startsWith(HOLDER_PREFIX) ? 'ours' : 'plugins';
    if (holder === this.#holder) return;
    if (holder === 'ours') {
      this.#shortestPause = Math.min(this.#shortestPause, now - this.#leftAt);
      this.#tenure = now;
    } else if (this.#holder === 'ours') {
      this.#longest = Math.max(this.#longest, now - this.#tenure);
      this.#leftAt = now;
    }
    this.#holder = holder;
  }

  #count(now: number): void {
    this.#sums[this.#holder] += now - this.#since;
    this.#since = now;
  }
}
