import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { orphanPool } from '../../../src/audit/checks/orphan-pool.js';
import { audit, type AuditClock } from '../../../src/audit/engine.js';
import { mendsOf } from '../../../src/audit/mends.js';
import { DEFAULT_SETTINGS } from '../../../src/audit/model.js';
import type { LiveCluster } from '../../../src/cluster/live/index.js';
import type { ClusterWriter } from '../../../src/cluster/writer.js';
import { openJournal } from '../../../src/journal/write.js';
import type { Claim } from '../../../src/reconcile/claims.js';
import { FreshLook } from '../../../src/reconcile/fresh-look.js';
import { Holdings, type HoldingClock } from '../../../src/reconcile/leases/holdings.js';
import { claimsToRelease, mayRelease } from '../../../src/reconcile/plan.js';
import { deletePools } from '../../../src/reconcile/release/delete-pools.js';
import type { MayRelease, ReleasePorts, ReleaseProgress } from '../../../src/reconcile/release/ports.js';
import { release } from '../../../src/reconcile/release/run.js';
import { survey, type Survey } from '../../../src/reconcile/survey.js';
import { UpstreamReconcilers } from '../../../src/reconcile/upstream.js';
import { attach, type Attached } from '../../cluster/attach.js';
import type { KubeObject } from '../../cluster/client.js';
import { POOL_NAMESPACE, type TestCluster } from '../../cluster/cluster.js';
import { addressAt } from '../../cluster/facts.js';
import { createNad, deletePod, setPodStatus, type Allocation } from '../../cluster/objects.js';
import { del } from '../../cluster/plugin.js';
import { Door } from './door.js';

/** A network of a scene: a NAD, and what the plugin gets to see of it. */
export interface Network {
  readonly nad: string;
  readonly config: { readonly ipam: Readonly<Record<string, unknown>> } & Readonly<Record<string, unknown>>;
}

/** A pod that got its addresses. */
export interface Pod {
  readonly attached: Attached;
  /** Of all of its networks. */
  readonly ips: readonly string[];
}

/** What holds an address. */
export interface Standing {
  /** Podrefs of the keys, in any pool. */
  readonly keys: readonly string[];
  /** Podref of the reservation. */
  readonly reservation: string | null;
}

/** What of a release is not as it is in production. */
export interface Changes {
  readonly clock?: (clock: HoldingClock) => HoldingClock;
  readonly writer?: Partial<ClusterWriter>;
  readonly look?: (look: ReleasePorts['look']) => ReleasePorts['look'];
  readonly leases?: (leases: NonNullable<ReleasePorts['leases']>) => ReleasePorts['leases'];
  readonly upstream?: (upstream: ReleasePorts['upstream']) => ReleasePorts['upstream'];
  readonly mayRelease?: (mayRelease: MayRelease) => MayRelease;
  readonly survey?: (survey: Survey) => Survey;
  readonly progress?: (progress: ReleaseProgress) => void;
  readonly includeCompleted?: boolean;
  /** Only what holds such an address is released. */
  readonly only?: (address: string) => boolean;
}

/** What became of entries and reservations, by address. */
export interface Results {
  readonly entries: Readonly<Record<string, string>>;
  readonly reservations: Readonly<Record<string, string>>;
}

/** The first call runs the work; all calls wait for it. */
export function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}

const CLOCK: HoldingClock = {
  monotonic: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};

/** Of no use where everything is quick; a plugin that stands still goes on believing that it holds its Lease. */
const LONG_LEASE = { leader_lease_duration: 60_000, leader_renew_deadline: 50_000 };

let lastNumber = 0;

/** A stage of its own for one scenario: a namespace, ranges, networks and pods that nothing else touches. */
export class Scene {
  readonly number = ++lastNumber;
  readonly namespace: string;
  readonly #doors: Door[] = [];
  readonly #pods = new Set<string>();

  constructor(
    readonly cluster: TestCluster,
    private readonly live: LiveCluster,
    name: string,
  ) {
    this.namespace = `${name}-${this.number.toString()}`;
  }

  /** An IPv4 range of the scene. */
  range(third: number, length = 24): string {
    return `10.${(40 + this.number).toString()}.${third.toString()}.0/${length.toString()}`;
  }

  /** The scene's IPv6 range. */
  range6(length: number): string {
    return `fd00:${this.number.toString()}::/${length.toString()}`;
  }

  podref(pod: string): string {
    return `${this.namespace}/${pod}`;
  }

  async network(name: string, ipam: Readonly<Record<string, unknown>>): Promise<Network> {
    const config = {
      cniVersion: '0.3.1',
      name: `${this.namespace}-${name}`,
      type: 'macvlan',
      ipam: { type: 'whereabouts', ...ipam },
    };
    await createNad(this.cluster, this.namespace, name, config);
    return { nad: `${this.namespace}/${name}`, config };
  }

  /** A way of its own to the API server, for one call of the plugin; it is closed with the scene. */
  async door(): Promise<Door> {
    const door = await Door.open(this.cluster, { namespace: POOL_NAMESPACE, tls: true });
    this.#doors.push(door);
    return door;
  }

  /** Makes a pod, lets the real plugin give it addresses, and has it running. */
  async up(pod: string, networks: Network | readonly Network[], door?: Door): Promise<Pod> {
    const { cluster, namespace } = this;
    this.#pods.add(pod);
    const attached = await attach(cluster, {
      namespace,
      name: pod,
      phase: 'Pending',
      podIP: `10.128.${this.number.toString()}.${this.#pods.size.toString()}`,
      nets: [networks].flat().map((network) => ({ nad: network.nad, config: configOf(network, door) })),
    });
    await setPodStatus(cluster, namespace, pod, { phase: 'Running' });
    return { attached, ips: attached.networks.flatMap(({ ips }) => ips) };
  }

  /** Deletes a pod, and no DEL comes. */
  async vanish(pod: string): Promise<void> {
    this.#pods.delete(pod);
    await deletePod(this.cluster, this.namespace, pod);
  }

  /** A DEL of the real plugin for the container of a pod. */
  del({ attached }: Pod, network: Network, door?: Door, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const { cluster } = this;
    const { namespace, name, containerId } = attached;
    return del({ cluster, namespace, pod: name, containerId, netConf: configOf(network, door, more) });
  }

  /**
   * A DEL that stands still at a request and does not renew its Lease, of which it knows nothing. `goOn` lets it come to
   * its end, where it clears the Lease, whoever holds it by then.
   */
  async stalledDel(pod: Pod, network: Network, at: RegExp, through?: Door): Promise<{ goOn(): Promise<void> }> {
    const door = through ?? (await this.door());
    const stop = door.hold(at);
    const ended = this.del(pod, network, door, LONG_LEASE);
    await stop.reached();
    const renewals = door.hold(PUT_LEASE);
    const looks = door.hold(GET_LEASE);
    return {
      goOn: async () => {
        stop.pass();
        await looks.reached();
        looks.pass();
        renewals.pass();
        await ended;
      },
    };
  }

  /** Who stands behind an address, in all pools and by its reservation (of the unnamed network). */
  async standing(address: string): Promise<Standing> {
    const [pools, reservations] = await this.#stock();
    const reservation = reservations.find(({ name }) => name === address.replaceAll(':', '-'));
    return {
      keys: pools.filter((key) => key.address === address).map(({ podref }) => podref),
      reservation: reservation?.podref ?? null,
    };
  }

  /** As `standing` for an address that is one pod's alone. */
  ownedBy(pod: string): Standing {
    return { keys: [this.podref(pod)], reservation: this.podref(pod) };
  }

  /** Everything that the scene's addresses are held by. */
  async leftovers(): Promise<readonly string[]> {
    const [pools, reservations] = await this.#stock();
    return [
      ...pools.flatMap(({ address, podref }) => (this.#isOurs(address) ? [`key ${address} ${podref}`] : [])),
      ...reservations.flatMap(({ name, podref }) =>
        this.#isOurs(name.includes('.') ? name : name.replaceAll('-', ':')) ? [`reservation ${name} ${podref}`] : [],
      ),
    ];
  }

  /** Nobody draws from its pools any more, as far as the API tells; plugins at work have read its configuration. */
  async forget({ nad }: Network): Promise<void> {
    const name = nad.slice(this.namespace.length + 1);
    const path = `/apis/k8s.cni.cncf.io/v1/namespaces/${this.namespace}/network-attachment-definitions/${name}`;
    await this.cluster.ok('DELETE', path);
  }

  /** Deletes a pool that is nobody's as `audit --fix orphan-pool` does; what became of it. */
  async deletePool(name: string, changes: Pick<Changes, 'leases' | 'writer'> = {}): Promise<string | undefined> {
    const { live } = this;
    const clock: AuditClock = { now: () => CLOCK.monotonic(), wait: (ms) => wait(ms) };
    const { findings, inventory } = await audit(live, { checks: [orphanPool], settings: DEFAULT_SETTINGS, clock });
    const mends = inventory === null ? [] : mendsOf(findings, inventory);
    const doomed = mends.flatMap((mend) => (mend.doomed?.pool.name === name ? [mend.doomed] : []));
    const writer = this.#writer(changes);
    const holdings = new Holdings(`test_${this.namespace}`, { reader: live, writer, clock: CLOCK });
    const leases = changes.leases?.(holdings) ?? holdings;
    const journal = await this.#journal();
    try {
      const { signal } = new AbortController();
      const { outcomes } = await deletePools({ reader: live, writer, journal, clock: CLOCK, leases, signal }, doomed);
      return [...outcomes.values()][0]?.result;
    } finally {
      await journal.close();
    }
  }

  /** One run of the release, with the true ports but for the changes. */
  async release(changes: Changes = {}): Promise<Results> {
    const { live } = this;
    const { only = () => true } = changes;
    const clock = changes.clock?.(CLOCK) ?? CLOCK;
    const options = {
      includeCompleted: changes.includeCompleted ?? false,
      includeLost: false,
      minAgeMs: 0,
      all: false,
    };
    const isMeant = ({ address }: Claim): boolean =>
      address !== null && this.#isOurs(address.toString()) && only(address.toString());
    const found = await survey(live, { only: () => isMeant, findingsOnly: changes.mayRelease === undefined });
    const may: MayRelease = (judged) => mayRelease(judged, options, live.now());
    const changed = changes.mayRelease?.(may);
    const surveyedAt = clock.monotonic();
    const writer = this.#writer(changes);
    const look = new FreshLook({ reader: live, clock }, found);
    const leases = new Holdings(`test_${this.namespace}_${Math.random().toString(36).slice(2)}`, {
      reader: live,
      writer,
      clock,
    });
    const upstream = new UpstreamReconcilers({ reader: live }, [POOL_NAMESPACE]);
    const journal = await this.#journal();
    try {
      const ports: ReleasePorts = {
        reader: live,
        writer,
        journal,
        clock,
        look: changes.look?.(look) ?? look,
        leases: changes.leases === undefined ? leases : changes.leases(leases),
        upstream: changes.upstream?.(upstream) ?? upstream,
        signal: new AbortController().signal,
        progress: changes.progress ?? (() => undefined),
      };
      const report = await release(ports, {
        survey: changes.survey?.(found) ?? found,
        targets: changed === undefined ? claimsToRelease(found, options) : found.claims.filter(changed),
        mayRelease: changed ?? may,
        surveyedAt,
        missingRights: new Map(),
      });
      return {
        entries: Object.fromEntries(
          [...report.entries].map(([{ address }, { result }]) => [address?.toString() ?? '', result]),
        ),
        reservations: Object.fromEntries([...report.reservations].map(([{ name }, { result }]) => [name, result])),
      };
    } finally {
      await journal.close();
    }
  }

  /** Deletes all pods, and releases what they leave. */
  async sweep(): Promise<void> {
    for (const pod of [...this.#pods]) await this.vanish(pod);
    await this.release();
  }

  async close(): Promise<void> {
    for (const door of this.#doors) await door.close();
    for (const pod of [...this.#pods]) await this.vanish(pod);
  }

  #writer({ writer }: Pick<Changes, 'writer'>): ClusterWriter {
    const { live } = this;
    return {
      patch: (...args) => live.patch(...args),
      create: (...args) => live.create(...args),
      replace: (...args) => live.replace(...args),
      remove: (...args) => live.remove(...args),
      ...writer,
    };
  }

  #isOurs(address: string): boolean {
    const [v4] = this.range(0).split('.0.0/');
    const [v6] = this.range6(64).split('::');
    return address.startsWith(`${v4 ?? ''}.`) || address.startsWith(`${v6 ?? ''}:`);
  }

  async #stock(): Promise<[{ address: string; podref: string }[], { name: string; podref: string }[]]> {
    const whereabouts = '/apis/whereabouts.cni.cncf.io/v1alpha1';
    const pools = await this.cluster.ok<{ items: KubeObject[] }>('GET', `${whereabouts}/ippools`);
    const reservations = await this.cluster.ok<{ items: KubeObject[] }>(
      'GET',
      `${whereabouts}/overlappingrangeipreservations`,
    );
    return [
      pools.items.flatMap((pool) => {
        const { range, allocations = {} } = pool['spec'] as {
          range: string;
          allocations?: Record<string, Allocation>;
        };
        return Object.entries(allocations).map(([key, { podref }]) => ({
          address: addressAt(range, key) ?? '',
          podref,
        }));
      }),
      reservations.items.map((reservation) => ({
        name: reservation.metadata?.name ?? '',
        podref: (reservation['spec'] as { podref: string }).podref,
      })),
    ];
  }

  async #journal(): ReturnType<typeof openJournal> {
    const { uid, server, name, user } = await this.live.identity();
    return openJournal({
      directory: join(this.cluster.dir, 'journals'),
      now: () => new Date(),
      run: {
        command: 'reconcile',
        argv: [],
        toolVersion: 'test',
        cluster: { uid, server },
        context: name,
        who: { machineUser: null, clusterUser: user, as: null, asGroups: [] },
        host: 'test',
        pid: process.pid,
      },
    });
  }
}

export const PUT_LEASE = /^PUT .*\/leases\//;
export const GET_LEASE = /^GET .*\/leases\//;
export const GET_POOL = /^GET .*\/ippools\/[^/?]+/;
export const PATCH_POOL = /^PATCH .*\/ippools\//;
export const POST_RESERVATION = /^POST .*\/overlappingrangeipreservations/;
export const DELETE_RESERVATION = /^DELETE .*\/overlappingrangeipreservations\//;

function configOf({ config }: Network, door: Door | undefined, more: Readonly<Record<string, unknown>> = {}): object {
  const through = door === undefined ? {} : { kubernetes: { kubeconfig: door.kubeconfig } };
  return { ...config, ipam: { ...config.ipam, ...through, ...more } };
}
