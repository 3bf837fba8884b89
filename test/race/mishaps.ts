/**
 * What `audit --fix` is for, brought about while a race goes on: entries and reservations of pods that stay get lost, as
 * they do to a reconciler that does not see a pod, and NADs come and go, so that pools into which pods get their addresses
 * are nobody's for a while.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { POOL_NAMESPACE, type TestCluster } from '../cluster/cluster.js';
import { createNad, patchAllocations } from '../cluster/objects.js';
import { FLEETING, NAMESPACE, PLAIN, SLICE, type Network } from './networks.js';
import type { LivePod, Violation } from './pods.js';
import { nameOfReservation, readState } from './state.js';

const EVERY_MS = 700;
/** Most steps are about NADs: a pool is seen as nobody's only while its NAD is away and no pod has an address of it. */
const LOSS_SHARE = 0.4;
/** In each time from `start` to `stop`, however short it was. */
const LEAST_LOSSES = 4;
/** No two NADs draw from their addresses: while one half of what holds an address is lost, nobody else gets it. */
const LOSABLE: readonly Network[] = [PLAIN, SLICE];

/** Something that a pod lost. */
interface Loss {
  readonly kind: Violation['kind'];
  readonly address: string;
  readonly pod: LivePod;
}

/** Brings about what three checks find, beside everything else, from `start` to `stop`. */
export class Mishaps {
  readonly #losses: Loss[] = [];
  readonly #hurt = new Set<LivePod>();
  readonly #away = new Set<Network>();
  #isOver = false;
  #before = 0;
  #running: Promise<void> | undefined;

  /** @param staying the pods that outlast the round: what one of them lost is there again when it is judged, or is missed */
  constructor(
    private readonly cluster: TestCluster,
    private readonly staying: ReadonlySet<LivePod>,
  ) {}

  /** Whether a pod lost that here, and not to a release. */
  caused({ kind, address, pod }: Loss): boolean {
    return this.#losses.some((loss) => loss.kind === kind && loss.address === address && loss.pod === pod);
  }

  /** How much was lost so far. */
  get losses(): number {
    return this.#losses.length;
  }

  start(): void {
    this.#isOver = false;
    this.#before = this.#losses.length;
    this.#running = (async () => {
      while (!this.#isOver) {
        await (Math.random() < LOSS_SHARE ? this.#lose() : this.#move());
        await sleep(EVERY_MS);
      }
    })();
    // Told by `stop`.
    this.#running.catch(() => undefined);
  }

  /** Ends it; all NADs are there again. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
    const wanted = this.#before + LEAST_LOSSES;
    while (this.#losses.length < wanted && [...this.staying].some((pod) => !this.#hurt.has(pod))) await this.#lose();
    for (const network of [...this.#away]) await this.#move(network);
  }

  /** While the work goes on, no NAD draws from the pools of the networks that come and go. */
  async withoutNads(work: () => Promise<unknown>): Promise<void> {
    for (const network of FLEETING) await this.#move(network);
    await work();
    for (const network of FLEETING) await this.#move(network);
  }

  /** Each pod once, so that half of what holds its address is always there. */
  async #lose(): Promise<void> {
    const pod = [...this.staying].find((one) => !this.#hurt.has(one));
    const held = pod?.attachments.find(({ network }) => LOSABLE.includes(network));
    if (pod !== undefined) this.#hurt.add(pod);
    const [address] = held?.ips ?? [];
    if (pod === undefined || held === undefined || address === undefined) return;
    const { networkName } = held.network;
    if (this.#losses.length % 2 === 0) {
      const { keys } = await readState(this.cluster);
      const own = keys.find((key) => key.address === address && key.networkName === networkName);
      if (own?.podref !== pod.podref) return;
      await patchAllocations(this.cluster, own.pool, { [own.key]: null });
      this.#losses.push({ kind: 'no key', address, pod });
    } else {
      const name = nameOfReservation(address, networkName);
      await this.#remove(
        `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}/overlappingrangeipreservations/${name}`,
      );
      this.#losses.push({ kind: 'no reservation', address, pod });
    }
  }

  /** A NAD goes, or is there again. */
  async #move(network = FLEETING[Math.floor(Math.random() * FLEETING.length)]): Promise<void> {
    if (network === undefined) return;
    const name = network.nad.slice(`${NAMESPACE}/`.length);
    if (this.#away.delete(network)) await createNad(this.cluster, NAMESPACE, name, network.config);
    else {
      await this.#remove(`/apis/k8s.cni.cncf.io/v1/namespaces/${NAMESPACE}/network-attachment-definitions/${name}`);
      this.#away.add(network);
    }
  }

  /** A server that was killed may have done it before it was asked again. */
  async #remove(path: string): Promise<void> {
    const { status } = await this.cluster.request('DELETE', path);
    if (status >= 400 && status !== 404) throw new Error(`DELETE ${path}: ${status.toString()}`);
  }
}
