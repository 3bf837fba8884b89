/**
 * Pods as kubelet, multus and the real plugin make and end them, from many workers at once: names that come back, DELs
 * that come late or never, plugins that are killed, pods that go while their ADD is under way.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestCluster } from '../cluster/cluster.js';
import { createPod, deletePod, setNetworkStatus, setPodStatus, type NetworkStatusEntry } from '../cluster/objects.js';
import { add, del, PluginFailure } from '../cluster/plugin.js';
import { FLEETING, NAMESPACE, NODES, REQUESTS, type Network } from './networks.js';
import { nameOfReservation, readState, type Key } from './state.js';

/** An interface of a pod. */
interface Attachment {
  readonly network: Network;
  readonly ifName: string;
  readonly ips: readonly string[];
}

/** A pod that exists and shows its addresses. */
export interface LivePod {
  readonly name: string;
  readonly podref: string;
  readonly node: string;
  readonly containerId: string;
  readonly attachments: readonly Attachment[];
  /** Before the object was made. */
  readonly since: number;
  /** Once its addresses were shown. */
  readonly shownAt: number;
}

/** Something that must never be: an address or a reservation that a live pod lost, or one that two live pods have. */
export interface Violation {
  readonly kind: 'no key' | 'no reservation' | 'shown twice';
  readonly address: string;
  readonly networkName: string | null;
  readonly pod: LivePod;
  /** The other pod, where two show it. */
  readonly other: LivePod | null;
  readonly foundAt: number;
  /** What is held of this address, or by this pod, in that network. */
  readonly keys: readonly Key[];
  readonly reservedFor: string | null;
}

/** What happened. */
export interface Tally {
  pods: number;
  adds: number;
  failedAdds: number;
  dels: number;
  /** Pods under a name that was used before. */
  again: number;
  /** Pods that went without a DEL. */
  crashed: number;
  /** DELs after the pod object was gone. */
  late: number;
  readonly addMs: number[];
}

/** How a pod ends. */
type Fate =
  /** Terminating, DEL, gone: kubelet's order. */
  | 'ends'
  /** Gone at once, as deleted by force; its DEL comes later. */
  | 'late'
  /** Gone without a DEL. */
  | 'leaks'
  /** Its plugin is killed in the middle of its ADD, then it goes without a DEL. */
  | 'killed'
  /** It goes while its ADD is under way, and no DEL follows. */
  | 'abandoned';

/** How many of a hundred; a quarter crashes. */
const FATES: readonly (readonly [Fate, number])[] = [
  ['ends', 40],
  ['late', 35],
  ['leaks', 14],
  ['killed', 6],
  ['abandoned', 5],
];
const WORKERS = 12;
/** Some find none. */
const AGAIN_SHARE = 0.55;
/** Of the pods that could end properly, so many are there when the round is over. */
const STAYING_SHARE = 0.15;
/** Pods whose first ADD is killed, and which kubelet starts again with another container. */
const STUMBLING_SHARE = 0.05;
const MOVING_SHARE = 0.2;
/** Pods whose addresses are held for a while before multus, busy with other networks, tells of them. */
const SLOW_SHARE = 0.4;
const LATEST_STATUS_MS = 2500;
const LONGEST_LIFE_MS = 2500;
const LATEST_DEL_MS = 5000;
/** The plugin is killed within its first moments, which is when it writes. */
const KILLED_WITHIN_MS = 600;
/** kubelet tries for ever; nobody here waits so long. */
const ADD_TRIES = 6;
const DEL_TRIES = 20;
const DEL_RETRY_MS = 1000;
const LOOK_EVERY_MS = 500;

interface Name {
  readonly name: string;
  readonly node: string;
  readonly networks: readonly Network[];
}

/** The pods of a race, from round to round. */
export class Pods {
  readonly violations: Violation[] = [];
  readonly #told = new Set<string>();
  #tally = emptyTally();
  #live = new Set<LivePod>();
  /** Those that are there until the next round begins. */
  readonly staying = new Set<LivePod>();
  #names: Name[] = [];
  readonly #background = new Set<Promise<void>>();
  /** The last call of the plugin for each name. */
  readonly #calls = new Map<string, Promise<unknown>>();
  #failure: unknown;
  #left = 0;
  #count = 0;

  /**
   * @param patienceMs how long a live pod that lost something is watched for its return: what the second look of a
   * release puts back is back within the plugin's budget of 10 s and a holding
   */
  constructor(
    private readonly cluster: TestCluster,
    private readonly prefix: string,
    private readonly patienceMs: number,
  ) {}

  get live(): ReadonlySet<LivePod> {
    return this.#live;
  }

  /** Ends what stayed from the round before, and lets so many pods come and go. Returns when everything is quiet. */
  async round(pods: number): Promise<Tally> {
    this.#tally = emptyTally();
    this.#left = pods;
    const old = [...this.#live];
    this.staying.clear();
    const workers = Array.from({ length: WORKERS }, async () => {
      for (let pod = old.pop(); pod !== undefined; pod = old.pop())
        await this.#end(pod, pick(['ends', 'late', 'leaks']));
      while (this.#left-- > 0) await this.#life();
    });
    const ended = await Promise.allSettled(workers);
    while (this.#background.size > 0) await Promise.all(this.#background);
    for (const worker of ended) if (worker.status === 'rejected') this.#failure ??= worker.reason;
    if (this.#failure !== undefined) throw new Error('a worker failed', { cause: this.#failure });
    return this.#tally;
  }

  /** All pods go at once, and no DEL comes: what they held is stale. */
  async crashAll(): Promise<void> {
    for (const { name } of this.#live) await deletePod(this.cluster, NAMESPACE, name);
    this.#live.clear();
    this.staying.clear();
  }

  /** Whether each live pod still has what it shows. */
  async checkAll(): Promise<void> {
    await Promise.all([...this.#live].map((pod) => this.#check(pod)));
  }

  async #life(): Promise<void> {
    const { name, node, networks } = this.#name();
    const fate = fateOf(Math.random() * 100);
    const podref = `${NAMESPACE}/${name}`;
    const since = Date.now();
    const request = networks.map(({ nad }, at) => ({
      namespace: NAMESPACE,
      name: nad.slice(nad.indexOf('/') + 1),
      interface: ifNameOf(at),
    }));
    await createPod(this.cluster, {
      namespace: NAMESPACE,
      name,
      node,
      phase: 'Pending',
      networks: JSON.stringify(request),
    });
    this.#tally.pods++;
    const gone = (): void => void this.#names.push({ name, node, networks });
    if (fate === 'killed' || fate === 'abandoned') {
      this.#tally.crashed++;
      if (fate === 'killed') await this.#addAll(name, node, networks, { killed: true });
      else {
        this.#inBackground(this.#addAll(name, node, networks, { tries: 1 }));
        await sleep(Math.random() * KILLED_WITHIN_MS);
      }
      await deletePod(this.cluster, NAMESPACE, name);
      gone();
      return;
    }
    if (Math.random() < STUMBLING_SHARE) await this.#addAll(name, node, networks, { killed: true });
    const got = await this.#addAll(name, node, networks);
    if (got === undefined) {
      await deletePod(this.cluster, NAMESPACE, name);
      gone();
      return;
    }
    const entries: NetworkStatusEntry[] = got.attachments.map(({ network, ifName, ips }) => ({
      name: network.nad,
      interface: ifName,
      ips: [...ips],
    }));
    // Until then nothing but its phase tells that it lives.
    if (Math.random() < SLOW_SHARE) await sleep(Math.random() * LATEST_STATUS_MS);
    await setNetworkStatus(this.cluster, NAMESPACE, name, entries);
    const pod: LivePod = { ...got, name, podref, node, since, shownAt: Date.now() };
    this.#appear(pod);
    const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const condition = { type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime };
    await setPodStatus(this.cluster, NAMESPACE, name, { phase: 'Running', conditions: [condition] });
    const mayStay = fate !== 'leaks' && !networks.some((network) => FLEETING.includes(network));
    if (mayStay && Math.random() < STAYING_SHARE) {
      this.staying.add(pod);
      return;
    }
    await sleep(Math.random() * LONGEST_LIFE_MS);
    await this.#end(pod, fate);
  }

  /** Half of them come back under a name that is free again, and often at once, as those of a StatefulSet do. */
  #name(): Name {
    const isAgain = Math.random() < AGAIN_SHARE && this.#names.length > 0;
    if (!isAgain) {
      this.#count++;
      return { name: `${this.prefix}-${this.#count.toString()}`, node: pick(NODES), networks: pick(REQUESTS) };
    }
    this.#tally.again++;
    const at = Math.random() < 0.5 ? this.#names.length - 1 : Math.floor(Math.random() * this.#names.length);
    const [name] = this.#names.splice(at, 1);
    if (name === undefined) throw new Error('no such name');
    return Math.random() < MOVING_SHARE ? { ...name, node: pick(NODES) } : name;
  }

  /**
   * One ADD for each network. What fails is torn down and tried again with a new container, as kubelet does; of a
   * plugin that is killed nobody calls DEL.
   */
  async #addAll(
    name: string,
    node: string,
    networks: readonly Network[],
    { tries = ADD_TRIES, killed = false }: { readonly tries?: number; readonly killed?: boolean } = {},
  ): Promise<Pick<LivePod, 'containerId' | 'attachments'> | undefined> {
    for (let tried = 0; tried < tries; tried++) {
      const containerId = randomBytes(32).toString('hex');
      const attachments: Attachment[] = [];
      const last = killed ? Math.floor(Math.random() * networks.length) : -1;
      try {
        for (const [at, network] of networks.entries()) {
          const ifName = ifNameOf(at);
          const call = this.#call(name, node, containerId, ifName, network);
          const limit = at === last ? { timeoutMs: Math.random() * KILLED_WITHIN_MS } : {};
          const ips = await this.#inTurn(name, () => this.#add({ ...call, ...limit }));
          attachments.push({ network, ifName, ips });
          // It was too fast to be killed, but nobody goes on.
          if (at === last) return undefined;
        }
        return { containerId, attachments };
      } catch (error) {
        if (!(error instanceof PluginFailure)) throw error;
        if (killed) return undefined;
        this.#tally.failedAdds++;
        await this.#delAll(name, node, containerId, networks);
      }
    }
    return undefined;
  }

  async #add(call: Parameters<typeof add>[0]): Promise<string[]> {
    const started = performance.now();
    const { ips } = await add(call);
    this.#tally.addMs.push(performance.now() - started);
    this.#tally.adds++;
    return ips;
  }

  /**
   * One call of the plugin a name at a time: an ADD and a late DEL of one podref share the Lease's identity, and the
   * plugin alone then loses the reservation of the one to the other (shown in two of three rounds without a cleaner).
   */
  async #inTurn<T>(name: string, call: () => Promise<T>): Promise<T> {
    const before = this.#calls.get(name);
    const mine = (async () => {
      await before;
      return call();
    })();
    this.#calls.set(
      name,
      mine.catch(() => undefined),
    );
    return mine;
  }

  /** kubelet tries again where the plugin fails, as it does when the API server is away. */
  async #del(call: Parameters<typeof del>[0]): Promise<void> {
    for (let tried = 1; ; tried++) {
      try {
        await del(call);
        return;
      } catch (error) {
        if (!(error instanceof PluginFailure) || tried === DEL_TRIES) throw error;
        await sleep(DEL_RETRY_MS);
      }
    }
  }

  async #delAll(name: string, node: string, containerId: string, networks: readonly Network[]): Promise<void> {
    for (const [at, network] of [...networks.entries()].reverse()) {
      await this.#inTurn(name, () => this.#del(this.#call(name, node, containerId, ifNameOf(at), network)));
      this.#tally.dels++;
    }
  }

  #call(
    pod: string,
    nodeName: string,
    containerId: string,
    ifname: string,
    network: Network,
  ): Parameters<typeof add>[0] {
    return { cluster: this.cluster, namespace: NAMESPACE, pod, containerId, ifname, netConf: network.config, nodeName };
  }

  async #end(pod: LivePod, fate: Fate): Promise<void> {
    await this.#check(pod);
    const { name, node, containerId, attachments } = pod;
    const networks = attachments.map(({ network }) => network);
    this.#live.delete(pod);
    if (fate === 'ends') {
      await this.cluster.ok('DELETE', `/api/v1/namespaces/${NAMESPACE}/pods/${name}`, { gracePeriodSeconds: 30 });
      await this.#delAll(name, node, containerId, networks);
    }
    await deletePod(this.cluster, NAMESPACE, name);
    if (fate === 'late') {
      this.#tally.late++;
      const wait = Math.random() * LATEST_DEL_MS;
      this.#inBackground(sleep(wait).then(() => this.#delAll(name, node, containerId, networks)));
    } else if (fate === 'leaks') this.#tally.crashed++;
    this.#names.push({ name, node, networks });
  }

  #inBackground(work: Promise<unknown>): void {
    const ended = work.then(
      () => undefined,
      (error: unknown) => {
        // What the plugin makes of a pod that is gone is its own affair.
        if (!(error instanceof PluginFailure)) this.#failure ??= error;
      },
    );
    const known = ended.finally(() => this.#background.delete(known));
    this.#background.add(known);
  }

  #appear(pod: LivePod): void {
    for (const { network, ips } of pod.attachments) {
      for (const address of ips) {
        const other = [...this.#live].find(({ attachments }) =>
          attachments.some((one) => one.network.networkName === network.networkName && one.ips.includes(address)),
        );
        if (other === undefined) continue;
        const { networkName } = network;
        const about = { keys: [], reservedFor: null, foundAt: Date.now() };
        this.#tell({ kind: 'shown twice', address, networkName, pod, other, ...about });
      }
    }
    this.#live.add(pod);
  }

  /** What a release took from under an ADD comes back within the plugin's budget; what does not is lost. */
  async #check(pod: LivePod): Promise<void> {
    const end = Date.now() + this.patienceMs;
    for (;;) {
      const lost = await this.#lost(pod);
      if (lost.length === 0) return;
      if (Date.now() > end) {
        for (const violation of lost) this.#tell(violation);
        return;
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** A pod that stays is looked at in each round, but told of once. */
  #tell(violation: Violation): void {
    const { kind, address, networkName, pod } = violation;
    const what = [kind, address, networkName, pod.containerId].join(' ');
    if (this.#told.has(what)) return;
    this.#told.add(what);
    this.violations.push(violation);
  }

  async #lost(pod: LivePod): Promise<Violation[]> {
    const { keys, reservations } = await readState(this.cluster);
    const lost: Violation[] = [];
    for (const { network, ifName, ips } of pod.attachments) {
      const { networkName } = network;
      for (const address of ips) {
        const reservedFor = reservations.get(nameOfReservation(address, networkName)) ?? null;
        const ofNetwork = keys.filter((key) => key.networkName === networkName);
        const about = ofNetwork.filter((key) => key.address === address || key.podref === pod.podref);
        const violation = { address, networkName, pod, other: null, foundAt: Date.now(), keys: about, reservedFor };
        const own = about.some((key) => key.address === address && key.podref === pod.podref && key.ifName === ifName);
        if (!own) lost.push({ kind: 'no key', ...violation });
        if (reservedFor !== pod.podref) lost.push({ kind: 'no reservation', ...violation });
      }
    }
    return lost;
  }
}

function emptyTally(): Tally {
  return { pods: 0, adds: 0, failedAdds: 0, dels: 0, again: 0, crashed: 0, late: 0, addMs: [] };
}

function ifNameOf(at: number): string {
  return `net${(at + 1).toString()}`;
}

function fateOf(percent: number): Fate {
  let sum = 0;
  for (const [fate, share] of FATES) {
    sum += share;
    if (percent < sum) return fate;
  }
  return 'ends';
}

function pick<T>(from: readonly [T, ...T[]] | readonly T[]): T {
  const chosen = from[Math.floor(Math.random() * from.length)];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
}
