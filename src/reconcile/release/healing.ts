import type { KubeObject } from '../../cluster/port.js';
import { IP_POOLS, RESERVATIONS } from '../../cluster/resources.js';
import type { Address } from '../../net/address.js';
import { networkIsKnown } from '../../pools/belonging.js';
import type { Inventory } from '../../pools/inventory.js';
import { reservationName } from '../../whereabouts/names.js';
import { parsePool, type Allocation } from '../../whereabouts/objects.js';
import type { Coverage } from './coverage.js';
import { decideByReading } from './decide.js';
import type { ReservationTarget } from './groups.js';
import { journalOutcome, reservationIntent } from './intents.js';
import { failed, PLUGIN_BUDGET_MS, type Outcome, type ReleasePorts } from './ports.js';

const TRIES = 3;

/** A key whose network checks overlaps and which has no reservation. */
interface Unguarded {
  readonly namespace: string;
  readonly pool: string;
  readonly allocation: Allocation;
  readonly address: Address;
  readonly networkName: string | null;
}

/**
 * Makes reservations again that keys need whose owner came back while its reservation was deleted (release protocol,
 * release of reservations 3).
 */
export class Healing {
  readonly #targets = new Map<ReservationTarget, { readonly why: string; readonly since: number }>();

  constructor(
    private readonly ports: ReleasePorts & { readonly leases: NonNullable<ReleasePorts['leases']> },
    private readonly inventory: Inventory,
  ) {}

  /** @param since when its reservation went, on the monotonic clock */
  add(target: ReservationTarget, why: string, since = this.ports.clock.monotonic()): void {
    this.#targets.set(target, { why, since });
  }

  has(target: ReservationTarget): boolean {
    return this.#targets.has(target);
  }

  /** Also goes on after an interruption: it mends what the run itself began. */
  async run(
    readCoverage: () => Promise<Coverage>,
    waiting: () => void,
  ): Promise<ReadonlyMap<ReservationTarget, Outcome>> {
    const outcomes = new Map<ReservationTarget, Outcome>();
    if (this.#targets.size === 0) return outcomes;
    const last = Math.max(...[...this.#targets.values()].map(({ since }) => since));
    const waitMs = last + PLUGIN_BUDGET_MS - this.ports.clock.monotonic();
    if (waitMs > 0) {
      waiting();
      await this.ports.clock.sleep(waitMs);
    }
    const mended = new Map<string, Outcome>();
    const coverage = await readCoverage();
    for (const key of await this.#unguarded()) {
      const name = reservationName(key.address, key.networkName);
      mended.set(name, await this.#mend(key, name, coverage));
    }
    for (const [target, { why }] of this.#targets) {
      const own = mended.get(target.reservation.name);
      outcomes.set(
        target,
        own === undefined || own.result === 'failed'
          ? (own ?? { result: 'released', error: `${why}, and no key lacks a reservation`, failure: null })
          : { result: 'restored', error: `${why}, and a key needs it`, failure: null },
      );
    }
    return outcomes;
  }

  /** Keys, of the owners and of the addresses concerned, that lack the reservation which their network makes. */
  async #unguarded(): Promise<Unguarded[]> {
    const { reader } = this.ports;
    const podrefs = new Set<string>();
    const addresses = new Set<string>();
    const namespaces = new Set<string>();
    for (const { reservation, address } of this.#targets.keys()) {
      podrefs.add(reservation.podref);
      addresses.add(address.toString());
      namespaces.add(reservation.namespace);
    }
    const keys: Unguarded[] = [];
    for (const namespace of namespaces) {
      const found = await reader.collect(IP_POOLS, { namespace }, (object) => this.#keysOf(object, podrefs, addresses));
      for (const key of found.flat()) {
        const name = reservationName(key.address, key.networkName);
        if ((await reader.get(RESERVATIONS, namespace, name)) === undefined) keys.push(key);
      }
    }
    return keys;
  }

  #keysOf(object: KubeObject, podrefs: ReadonlySet<string>, addresses: ReadonlySet<string>): Unguarded[] | undefined {
    const pool = parsePool(object);
    const belonging = this.inventory.atlas.belongingOf(pool);
    // Without a network that is known there is no name for it; without a NAD nobody said that it does not check.
    if (!networkIsKnown(belonging)) return undefined;
    if (belonging.draws.length > 0 && !belonging.draws.some(({ overlapping }) => overlapping)) return undefined;
    const keys = pool.allocations.flatMap((allocation) => {
      const { reading, podref } = allocation;
      if (!reading.ok || !(podrefs.has(podref) || addresses.has(reading.address.toString()))) return [];
      const { namespace, name } = pool;
      return [{ namespace, pool: name, allocation, address: reading.address, networkName: belonging.networkName }];
    });
    return keys.length === 0 ? undefined : keys;
  }

  async #mend(key: Unguarded, name: string, coverage: Coverage): Promise<Outcome> {
    const { namespace, address, networkName, allocation } = key;
    const { id, podref, ifName } = allocation;
    const spec = { containerid: id, podref, ...(ifName === null ? {} : { ifname: ifName }) };
    const about = { address, networkName, judged: null };
    const intent = reservationIntent('restore-reservation', about, {
      namespace,
      name,
      uid: '',
      resourceVersion: '',
      spec,
    });
    const [sequence = 0] = await this.ports.journal.intend([intent]);
    const names = coverage.leasesOf(namespace, networkName, address);
    let outcome: Outcome | null = null;
    for (let tried = 0; outcome === null && tried < TRIES; tried++) {
      const held = await this.ports.leases.hold({ namespace, names }, async (tenure) => {
        // Only for a key that is still there, and still its owner's.
        const object = await this.ports.reader.get(IP_POOLS, namespace, key.pool);
        const entries = object === undefined ? [] : parsePool(object).allocations;
        const now = entries.find((entry) => entry.key === allocation.key);
        if (now?.podref !== podref) return { result: 'gone', error: null, failure: null } as const;
        const { group, version, kind } = RESERVATIONS;
        const reservation = { apiVersion: `${group}/${version}`, kind, metadata: { namespace, name }, spec };
        const created = await tenure.write(() => this.ports.writer.create(RESERVATIONS, namespace, reservation));
        if (created.state === 'unsent') return null;
        if (created.state === 'done' || (created.state === 'refused' && created.reason === 'exists')) return RESTORED;
        if (created.state === 'refused') return failed(created.failure.message, created.failure);
        const read = await decideByReading(this.ports.clock, () =>
          this.ports.reader.get(RESERVATIONS, namespace, name),
        );
        tenure.decided();
        if (read.state === 'unread') return failed(`reservation ${name}: ${read.failure.message}`, read.failure);
        return read.object === undefined ? null : RESTORED;
      });
      if (held.state === 'held') outcome = held.value;
    }
    outcome ??= failed(
      `reservation ${name}, which ${podref} needs, could not be made again: the Leases were never free`,
    );
    await this.ports.journal.settle([journalOutcome(sequence, outcome)]);
    return outcome;
  }
}

const RESTORED: Outcome = { result: 'restored', error: null, failure: null };
