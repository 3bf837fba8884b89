import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/cluster/port.js';
import { LEASES } from '../../../src/cluster/resources.js';
import type { RefusalReason, WriteOutcome } from '../../../src/cluster/writer.js';
import { ClusterFailure } from '../../../src/errors.js';
import {
  Holdings,
  HOLDER_PREFIX,
  type Held,
  type HoldingPorts,
  type HoldOptions,
  type Tenure,
  type Unsent,
} from '../../../src/reconcile/leases/holdings.js';
import { FakeClock } from '../support/clock.js';

const NS = 'pools';
const DONE = { state: 'done', object: null } as const;

type Verb = 'get' | 'create' | 'update';
/** What happens to a request: fails before, or loses its answer after, it was done. */
type Fault = RefusalReason | 'lost-before' | 'lost-after';

/** Leases as an API server keeps them, each request taking `latencyMs`. */
class FakeApi {
  readonly leases = new Map<string, KubeObject>();
  readonly log: string[] = [];
  /** Every holder that each Lease had, and when. */
  readonly history: { at: number; name: string; holder: string; spec: Record<string, unknown> }[] = [];
  latencyMs = 5;
  fault: (verb: Verb, name: string, dryRun: boolean) => Fault | undefined = () => undefined;
  private version = 0;

  constructor(readonly clock: FakeClock) {}

  ports(): HoldingPorts {
    return { reader: this, writer: this, clock: this.clock };
  }

  now(): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.clock.now);
  }

  async get(_: unknown, namespace: string, name: string): Promise<KubeObject | undefined> {
    this.log.push(`get ${name}`);
    await this.clock.sleep(this.latencyMs);
    if (this.fault('get', name, false) !== undefined) throw failure('get', name, 'forbidden');
    return this.leases.get(`${namespace}/${name}`);
  }

  create(_: unknown, namespace: string, object: KubeObject, options = {}): Promise<WriteOutcome> {
    return this.write('create', namespace, object, options, (there) => (there === undefined ? undefined : 'exists'));
  }

  replace(_: unknown, namespace: string, object: KubeObject, options = {}): Promise<WriteOutcome> {
    return this.write('update', namespace, object, options, (there) => {
      if (there === undefined) return 'not-found';
      return there.metadata.resourceVersion === object.metadata.resourceVersion ? undefined : 'conflict';
    });
  }

  /** What somebody else writes. */
  set(name: string, spec: Record<string, unknown>, metadata: object = {}): void {
    this.version++;
    const uid = `uid-${name}`;
    const meta = { name, namespace: NS, uid, ...metadata, resourceVersion: this.version.toString() };
    this.leases.set(`${NS}/${name}`, { kind: LEASES.kind, metadata: meta, spec });
    this.history.push({ at: this.clock.now, name, holder: String(spec['holderIdentity']), spec });
  }

  holder(name = 'whereabouts'): unknown {
    return this.spec(name)['holderIdentity'];
  }

  spec(name = 'whereabouts'): Record<string, unknown> {
    return (this.leases.get(`${NS}/${name}`)?.['spec'] ?? {}) as Record<string, unknown>;
  }

  private async write(
    verb: 'create' | 'update',
    namespace: string,
    object: KubeObject,
    { dryRun = false }: { dryRun?: boolean },
    refusal: (there: KubeObject | undefined) => RefusalReason | undefined,
  ): Promise<WriteOutcome> {
    const name = object.metadata.name ?? '';
    this.log.push(`${verb}${dryRun ? ' dry' : ''} ${name}`);
    await this.clock.sleep(this.latencyMs);
    const fault = this.fault(verb, name, dryRun);
    if (fault === 'lost-before') return { state: 'uncertain', why: 'lost' };
    const isLost = fault === 'lost-after';
    const reason = fault === undefined || isLost ? refusal(this.leases.get(`${namespace}/${name}`)) : fault;
    if (reason !== undefined && !isLost) {
      return { state: 'refused', reason, status: 400, message: reason, failure: failure(verb, name, reason) };
    }
    if (reason === undefined && !dryRun) this.set(name, object['spec'] as Record<string, unknown>, object.metadata);
    if (isLost) return { state: 'uncertain', why: 'lost' };
    return { state: 'done', object: this.leases.get(`${namespace}/${name}`) ?? object };
  }
}

function failure(verb: string, name: string, reason: RefusalReason): ClusterFailure {
  const request = { verb, resource: 'leases.coordination.k8s.io', namespace: NS, name };
  return new ClusterFailure(reason === 'forbidden' ? 'forbidden' : 'server-error', `may not ${verb}`, request);
}

function record(holderIdentity: string, renewTime: string, leaseDurationSeconds = 1): Record<string, unknown> {
  return { holderIdentity, leaseDurationSeconds, renewTime, acquireTime: renewTime, leaseTransitions: 4 };
}

const FREE = record('', '2026-01-01T00:00:00.000000Z');
const OLD = '2001-01-01T00:00:00.000000Z';

interface Setting {
  readonly clock: FakeClock;
  readonly api: FakeApi;
  readonly holdings: Holdings;
  readonly hold: <T>(work: (tenure: Tenure) => Promise<T>, names?: string[], options?: HoldOptions) => Promise<Held<T>>;
}

function setting(): Setting {
  const clock = new FakeClock();
  const api = new FakeApi(clock);
  const holdings = new Holdings('a', api.ports());
  return {
    clock,
    api,
    holdings,
    hold: (work, names = ['whereabouts'], options) => clock.run(holdings.hold({ namespace: NS, names }, work, options)),
  };
}

const idle = (): Promise<string> => Promise.resolve('worked');

describe('taking and giving back', () => {
  test('an absent Lease is created; it ends free, as client-go leaves it', async () => {
    const { api, hold } = setting();
    const held = await hold(() => {
      expect(api.spec()).toEqual({
        holderIdentity: `${HOLDER_PREFIX}a`,
        leaseDurationSeconds: 2,
        acquireTime: '2026-01-01T00:00:00.005000Z',
        renewTime: '2026-01-01T00:00:00.005000Z',
        leaseTransitions: 0,
      });
      return idle();
    });
    expect(held).toMatchObject({ state: 'held', value: 'worked', lost: false });
    expect(api.spec()).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 0 });
    expect(api.log).toEqual(['get whereabouts', 'create whereabouts', 'update whereabouts']);
  });

  test('a free one is updated, and counts one transition more', async () => {
    const { api, hold } = setting();
    api.set('whereabouts', FREE, { labels: { kept: 'yes' } });
    await hold(idle);
    expect(api.spec()).toMatchObject({ holderIdentity: '', leaseTransitions: 5 });
    expect(api.leases.get(`${NS}/whereabouts`)?.metadata.labels).toEqual({ kept: 'yes' });
  });

  test('what the work throws comes out once the Lease is free', async () => {
    const { api, hold } = setting();
    await expect(hold(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(api.holder()).toBe('');
  });

  test('then it stays free for 600 ms', async () => {
    const { clock, api, hold } = setting();
    await hold(idle);
    const free = clock.now;
    await hold(idle);
    const again = api.history.find(({ at, holder }) => at >= free && holder !== '');
    expect((again?.at ?? 0) - free).toBeGreaterThanOrEqual(600);
  });

  test('also for an ipamctl that began after it was given up, and had not seen whose it was', async () => {
    const { clock, api, hold } = setting();
    await hold(idle);
    const free = clock.now;
    const late = new Holdings('late', api.ports());
    await clock.run(late.hold({ namespace: NS, names: ['whereabouts'] }, idle));
    const again = api.history.find(({ holder }) => holder === `${HOLDER_PREFIX}late`);
    expect((again?.at ?? 0) - free).toBeGreaterThanOrEqual(600);
  });

  test('what a plugin gave up is free at once, whoever had it before', async () => {
    const { clock, api, hold } = setting();
    await hold(idle);
    // client-go changes the record and leaves annotations alone.
    const { annotations } = api.leases.get(`${NS}/whereabouts`)?.metadata ?? {};
    expect(annotations).toEqual({ 'ipamctl.io/left-by': expect.stringContaining(`${HOLDER_PREFIX}a`) });
    api.set('whereabouts', FREE, { annotations });
    const late = new Holdings('late', api.ports());
    const begun = clock.now;
    await clock.run(late.hold({ namespace: NS, names: ['whereabouts'] }, idle));
    const again = api.history.find(({ holder }) => holder === `${HOLDER_PREFIX}late`);
    expect((again?.at ?? 0) - begun).toBeLessThan(600);
  });

  test('calls side by side follow each other', async () => {
    const { clock, api, holdings } = setting();
    const set = { namespace: NS, names: ['whereabouts'] };
    await clock.run(Promise.all([holdings.hold(set, idle), holdings.hold(set, idle), holdings.hold(set, idle)]));
    expect(api.history.map(({ holder }) => holder)).toEqual([1, 2, 3].flatMap(() => [`${HOLDER_PREFIX}a`, '']));
  });
});

describe('somebody else holds it', () => {
  test('expiry counts from when we saw the record, not from renewTime', async () => {
    const { api, hold } = setting();
    api.set('whereabouts', record('default/pod', OLD));
    await hold(idle);
    const taken = api.history.find(({ holder }) => holder.startsWith(HOLDER_PREFIX));
    // A written 1 may stand for 1.9 s.
    expect(taken?.at).toBeGreaterThanOrEqual(2000);
    expect(taken?.spec).toMatchObject({ leaseTransitions: 5 });
  });

  test('each renewal counts anew', async () => {
    const { clock, api, hold } = setting();
    const renew = async (): Promise<void> => {
      for (let second = 0; second < 10; second++) {
        api.set('whereabouts', record('default/pod', `2001-01-01T00:00:0${second.toString()}.000000Z`));
        await clock.sleep(1000);
      }
    };
    const renewing = renew();
    const held = await hold(idle);
    await clock.run(renewing);
    expect(held.state).toBe('held');
    expect(api.history.find(({ holder }) => holder.startsWith(HOLDER_PREFIX))?.at).toBeGreaterThanOrEqual(11_000);
  });

  test('patience ends, and the work does not run', async () => {
    const { clock, api, hold } = setting();
    api.set('whereabouts', record('default/pod', OLD, 3600));
    let ran = 0;
    const held = await hold(() => Promise.resolve(ran++), ['whereabouts'], { patienceMs: 5000 });
    expect(held).toEqual({ state: 'busy', lease: 'whereabouts', holder: 'default/pod' });
    expect([ran, api.holder()]).toEqual([0, 'default/pod']);
    expect(clock.now).toBeLessThan(6000);
  });

  test('an empty holder is free at once', async () => {
    const { clock, api, hold } = setting();
    api.set('whereabouts', record('default/pod', OLD, 3600));
    const free = clock.sleep(700).then(() => {
      api.set('whereabouts', FREE);
    });
    await hold(idle);
    await free;
    expect(clock.now).toBeLessThan(1000);
  });

  test('two never hold at once, and leave it free between them', async () => {
    const { clock, api, holdings } = setting();
    const other = new Holdings('b', api.ports());
    const set = { namespace: NS, names: ['whereabouts'] };
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await clock.sleep(400);
      inside--;
    };
    const rounds = async (who: Holdings): Promise<void> => {
      for (let round = 0; round < 5; round++) await who.hold(set, work);
    };
    await clock.run(Promise.all([rounds(holdings), rounds(other)]));
    expect([most, inside]).toEqual([1, 0]);
    const pauses = api.history.flatMap(({ at, holder }, index) => {
      const next = api.history[index + 1];
      return holder === '' && next !== undefined ? [next.at - at] : [];
    });
    expect(pauses).toHaveLength(9);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(590);
  });
});

describe('several at once', () => {
  test('sorted, each once, given back from the last', async () => {
    const { api, hold } = setting();
    await hold(idle, ['whereabouts', 'node-b-10.0.0.0-28', 'whereabouts', 'a-slice']);
    const changes = api.history.map(({ name, holder }) => `${holder === '' ? 'free' : 'take'} ${name}`);
    expect(changes).toEqual([
      'take a-slice',
      'take node-b-10.0.0.0-28',
      'take whereabouts',
      'free whereabouts',
      'free node-b-10.0.0.0-28',
      'free a-slice',
    ]);
  });

  test('none is taken while one is seen held', async () => {
    const { api, hold } = setting();
    api.set('whereabouts', record('default/pod', OLD, 3600));
    expect(await hold(idle, ['whereabouts', 'a'], { patienceMs: 3000 })).toMatchObject({
      state: 'busy',
      lease: 'whereabouts',
    });
    expect(api.log.filter((line) => !line.startsWith('get'))).toEqual([]);
  });

  test('one that is taken under our hand gives the others back, and they stay free', async () => {
    const { api, hold } = setting();
    api.set('b', FREE);
    let robbed = false;
    api.fault = (verb, name) => {
      if (verb !== 'update' || name !== 'b' || robbed) return undefined;
      robbed = true;
      api.set('b', record('default/pod', OLD));
      return undefined;
    };
    await hold(idle, ['a', 'b']);
    const ofA = api.history.filter(({ name }) => name === 'a');
    expect(ofA.map(({ holder }) => holder !== '')).toEqual([true, false, true, false]);
    expect((ofA[1]?.at ?? 0) - (ofA[0]?.at ?? 0)).toBeLessThan(1000);
    expect((ofA[2]?.at ?? 0) - (ofA[1]?.at ?? 0)).toBeGreaterThanOrEqual(600);
  });
});

describe('the second, and renewing', () => {
  test('a write after it is not sent; one that finishes is', async () => {
    const { clock, hold } = setting();
    const sent: string[] = [];
    const send = (name: string) => (): Promise<typeof DONE> => {
      sent.push(name);
      return Promise.resolve(DONE);
    };
    await hold(async (tenure) => {
      await tenure.write(send('first'));
      expect(tenure.leftMs()).toBeGreaterThan(900);
      await clock.sleep(1000);
      expect(tenure.leftMs()).toBe(0);
      expect(await tenure.write(send('late'))).toEqual({ state: 'unsent', why: 'over' });
      expect(await tenure.write(send('finishing'), true)).toEqual(DONE);
    });
    expect(sent).toEqual(['first', 'finishing']);
  });

  test('an uncertain write keeps it renewed until it is decided', async () => {
    const { clock, api, hold } = setting();
    await hold(async (tenure) => {
      const outcome = await tenure.write(() => Promise.resolve({ state: 'uncertain', why: 'lost' }));
      expect(outcome.state).toBe('uncertain');
      await clock.sleep(10_000);
      expect(await tenure.write(() => Promise.resolve(DONE))).toEqual(DONE);
      tenure.decided();
      expect(await tenure.write(() => Promise.resolve(DONE))).toEqual({ state: 'unsent', why: 'over' });
    });
    const renewals = api.history.filter(({ holder }) => holder !== '').map(({ at, spec }) => ({ at, spec }));
    expect(renewals.length).toBeGreaterThan(15);
    // A plugin sees whole seconds, and must see each renewal.
    const seconds = renewals.map(({ spec }) => Math.floor(Date.parse(String(spec['renewTime'])) / 1000));
    expect(new Set(seconds).size).toBe(seconds.length);
    expect(Math.max(...renewals.slice(1).map(({ at }, index) => at - (renewals[index]?.at ?? 0)))).toBeLessThan(1000);
    expect(api.spec()).toMatchObject({ holderIdentity: '', leaseTransitions: 0 });
  });

  test('a slow write keeps it renewed; idle work does not', async () => {
    const { clock, api, hold } = setting();
    await hold((tenure) => tenure.write(() => clock.sleep(3000).then(() => DONE)));
    expect(api.history.filter(({ holder }) => holder !== '').length).toBeGreaterThan(5);
    const before = api.history.length;
    await hold(() => clock.sleep(5000));
    expect(api.history.slice(before).filter(({ holder }) => holder !== '').length).toBeLessThan(4);
  });

  test.each<[string, (api: FakeApi) => void]>([
    ['taken', (api) => api.set('whereabouts', record('default/pod', OLD))],
    ['cleared by a deposed plugin', (api) => api.set('whereabouts', FREE)],
    ['deleted', (api) => api.leases.delete(`${NS}/whereabouts`)],
  ])('a Lease that was %s stops the work before its next write, and is left alone', async (_, rob) => {
    const { clock, api, hold } = setting();
    const held = await hold(async (tenure) => {
      rob(api);
      await clock.sleep(600);
      expect(tenure.lost).toBe(true);
      return tenure.write(() => Promise.reject(new Error('must not be sent')), true);
    });
    expect(held).toMatchObject({ state: 'held', lost: true, value: { state: 'unsent', why: 'lost' } });
    expect(api.holder()).not.toBe(`${HOLDER_PREFIX}a`);
    expect(api.log.at(-1)).toBe('get whereabouts');
    expect(api.history.filter(({ holder }) => holder === `${HOLDER_PREFIX}a`)).toHaveLength(1);
  });

  test('a record of somebody else is not cleared, nor its loss passed over', async () => {
    const { api, hold } = setting();
    const held = await hold(() => {
      api.set('whereabouts', record('default/pod', OLD));
      return idle();
    });
    expect(held).toMatchObject({ lost: true });
    expect(api.holder()).toBe('default/pod');
  });

  test('a Lease that can not be renewed allows no write that could outlast it', async () => {
    const { clock, api, hold } = setting();
    const held = await hold(async (tenure) => {
      api.fault = (verb) => (verb === 'update' ? 'too-many' : undefined);
      await clock.sleep(1100);
      const early = await tenure.write(() => Promise.resolve(DONE), true);
      api.fault = () => undefined;
      return [early, await tenure.write(() => Promise.resolve(DONE), true)];
    });
    expect(held).toMatchObject({ value: [{ state: 'unsent', why: 'lost' }, DONE], lost: false });
  });

  test('a label that somebody sets is no loss', async () => {
    const { clock, api, hold } = setting();
    const held = await hold(async (tenure) => {
      api.set('whereabouts', api.spec(), { labels: { seen: 'yes' } });
      await clock.sleep(700);
      return tenure.write(() => Promise.resolve(DONE));
    });
    expect(held).toMatchObject({ lost: false, value: DONE });
    expect(api.holder()).toBe('');
  });
});

describe('uncertain writes of the Lease itself are decided by reading', () => {
  const once = (wanted: Verb, fault: Fault, nth = 1) => {
    let count = 0;
    return (verb: Verb): Fault | undefined => (verb === wanted && ++count === nth ? fault : undefined);
  };

  test.each<[string, boolean, Verb, Fault]>([
    ['a creation that was done', false, 'create', 'lost-after'],
    ['a creation that was not', false, 'create', 'lost-before'],
    ['a taking that was done', true, 'update', 'lost-after'],
    ['a taking that was not', true, 'update', 'lost-before'],
  ])('%s', async (_, exists, verb, fault) => {
    const { api, hold } = setting();
    if (exists) api.set('whereabouts', FREE);
    api.fault = once(verb, fault);
    const held = await hold(() => Promise.resolve(api.holder()));
    expect(held).toMatchObject({ state: 'held', value: `${HOLDER_PREFIX}a`, lost: false });
    expect(api.holder()).toBe('');
  });

  test.each<Fault>(['lost-after', 'lost-before'])('a release that is %s', async (fault) => {
    const { api, hold } = setting();
    api.set('whereabouts', FREE);
    api.fault = once('update', fault, 2);
    expect(await hold(idle)).toMatchObject({ lost: false });
    expect(api.holder()).toBe('');
  });

  test.each<Fault>(['lost-after', 'lost-before'])('a renewal that is %s', async (fault) => {
    const { clock, api, hold } = setting();
    api.set('whereabouts', FREE);
    api.fault = once('update', fault, 2);
    const held = await hold(async (tenure) => {
      await clock.sleep(900);
      return tenure.write(() => Promise.resolve(DONE));
    });
    expect(held).toMatchObject({ lost: false, value: DONE });
    expect(api.holder()).toBe('');
  });
});

describe('an abort while waiting', () => {
  const abortAt = (clock: FakeClock, ms: number): AbortSignal => {
    const controller = new AbortController();
    void clock.sleep(ms).then(() => controller.abort());
    return controller.signal;
  };
  const never = (): Promise<never> => Promise.reject(new Error('must not run'));

  test('before anything was asked', async () => {
    const { api, hold } = setting();
    expect(await hold(never, ['a', 'b'], { signal: AbortSignal.abort() })).toEqual({ state: 'interrupted' });
    expect(await hold(never, ['a'], { signal: AbortSignal.abort() })).toEqual({ state: 'interrupted' });
    expect(api.log).toEqual([]);
  });

  test('ends a sleep at once', async () => {
    const { clock, api, hold } = setting();
    api.set('whereabouts', record('default/pod', OLD, 3600));
    const signal = abortAt(clock, 1042);
    expect(await hold(never, ['whereabouts'], { signal })).toEqual({ state: 'interrupted' });
    expect(clock.now).toBeLessThan(1050);
    expect(api.holder()).toBe('default/pod');
  });

  test.each([0, 4, 7, 12, 17, 22, 27])('%s ms after the start, nothing stays held', async (ms) => {
    const { clock, api, hold } = setting();
    const signal = abortAt(clock, ms);
    expect(await hold(never, ['a', 'b', 'c'], { signal })).toEqual({ state: 'interrupted' });
    expect(['a', 'b', 'c'].map((name) => api.holder(name) ?? '')).toEqual(['', '', '']);
  });

  test('while the Lease is read, nothing is written', async () => {
    const { clock, api, hold } = setting();
    expect(await hold(never, ['whereabouts'], { signal: abortAt(clock, 2) })).toEqual({ state: 'interrupted' });
    expect(api.log).toEqual(['get whereabouts']);
  });

  test('while the first of two is held and the second is waited for', async () => {
    const { clock, api, hold } = setting();
    const controller = new AbortController();
    api.set('b', FREE);
    api.fault = (verb, name) => {
      if (verb !== 'update' || name !== 'b') return undefined;
      api.set('b', record('default/pod', OLD));
      void clock.sleep(150).then(() => controller.abort());
      return undefined;
    };
    expect(await hold(never, ['a', 'b'], { signal: controller.signal })).toEqual({ state: 'interrupted' });
    expect([api.holder('a'), api.holder('b')]).toEqual(['', 'default/pod']);
    expect(clock.now).toBeLessThan(220);
  });

  test('none of our business once the work runs', async () => {
    const { clock, hold } = setting();
    const signal = abortAt(clock, 50);
    const held = await hold(
      async (tenure) => {
        await clock.sleep(100);
        return tenure.write(() => Promise.resolve(DONE));
      },
      ['whereabouts'],
      { signal },
    );
    expect(held).toMatchObject({ state: 'held', value: DONE });
  });
});

describe('verify', () => {
  test('reads each Lease once, at the same time', async () => {
    const { clock, api, hold } = setting();
    await hold(
      async (tenure) => {
        const [asked, from] = [api.log.length, clock.now];
        expect(await tenure.verify()).toBe(true);
        expect(api.log.slice(asked)).toEqual(['get a', 'get b', 'get whereabouts']);
        expect(clock.now - from).toBe(api.latencyMs);
      },
      ['a', 'b', 'whereabouts'],
    );
  });

  test.each<[string, (api: FakeApi) => void]>([
    ['taken', (api) => api.set('b', record('default/pod', OLD))],
    ['cleared by a deposed plugin', (api) => api.set('b', FREE)],
    ['deleted', (api) => api.leases.delete(`${NS}/b`)],
  ])('one that was %s is lost at once, and nothing more is sent', async (_, rob) => {
    const { api, hold } = setting();
    const held = await hold(
      async (tenure) => {
        rob(api);
        expect([tenure.lost, await tenure.verify(), tenure.lost]).toEqual([false, false, true]);
        const asked = api.log.length;
        expect(await tenure.verify()).toBe(false);
        expect(api.log).toHaveLength(asked);
        return tenure.write(() => Promise.reject(new Error('must not be sent')), true);
      },
      ['a', 'b'],
    );
    expect(held).toMatchObject({ lost: true, value: { state: 'unsent', why: 'lost' } });
    expect(api.holder('a')).toBe('');
    expect(api.holder('b')).not.toBe(`${HOLDER_PREFIX}a`);
  });

  test('one that can not be read comes out as it is, and is no loss', async () => {
    const { api, hold } = setting();
    const held = await hold(async (tenure) => {
      api.fault = (verb) => (verb === 'get' ? 'forbidden' : undefined);
      await expect(tenure.verify()).rejects.toMatchObject({ reason: 'forbidden' });
      api.fault = () => undefined;
      return tenure.verify();
    });
    expect(held).toMatchObject({ lost: false, value: true });
  });

  test('a renewal meanwhile, or a label, is no loss', async () => {
    const { clock, api, hold } = setting();
    const held = await hold(async (tenure) => {
      await clock.sleep(498);
      const first = await tenure.verify();
      api.set('whereabouts', api.spec(), { labels: { seen: 'yes' } });
      return [first, await tenure.verify()];
    });
    expect(held).toMatchObject({ lost: false, value: [true, true] });
  });
});

describe('whether it was taken from somebody who had not let go', () => {
  const tookOver = (tenure: Tenure): Promise<boolean> => Promise.resolve(tenure.tookOver);

  test.each<[string, boolean, Record<string, unknown> | undefined]>([
    ['an absent Lease', false, undefined],
    ['a free one', false, FREE],
    ['a plugin', true, record('default/pod', OLD)],
    ['our own earlier record', false, record(`${HOLDER_PREFIX}a`, OLD)],
    ['another ipamctl', false, record(`${HOLDER_PREFIX}b`, OLD)],
  ])('%s: %s', async (_, expected, there) => {
    const { api, hold } = setting();
    if (there !== undefined) api.set('whereabouts', there);
    expect(await hold(tookOver)).toMatchObject({ value: expected });
    expect(await hold(tookOver)).toMatchObject({ value: false });
  });

  test('one of several is enough', async () => {
    const { api, hold } = setting();
    api.set('b', record('default/pod', OLD));
    expect(await hold(tookOver, ['a', 'b', 'c'])).toMatchObject({ value: true });
  });

  test('a taking over that is done after it was taken for not done', async () => {
    const { clock, api, hold } = setting();
    api.set('whereabouts', record('default/pod', OLD));
    let late: Promise<void> | undefined;
    api.fault = (verb) => {
      if (verb !== 'update' || late !== undefined) return undefined;
      late = clock.sleep(50).then(() => api.set('whereabouts', record(`${HOLDER_PREFIX}a`, OLD, 2)));
      return 'lost-before';
    };
    expect(await hold(tookOver)).toMatchObject({ value: true });
  });

  test('it is still known when the first taking was given back', async () => {
    const { api, hold } = setting();
    api.set('a', record('default/pod', OLD));
    api.set('b', FREE);
    let robbed = false;
    api.fault = (verb, name) => {
      if (verb === 'update' && name === 'b' && !robbed) {
        robbed = true;
        api.set('b', record('default/other', OLD));
      }
      return undefined;
    };
    // The other lets b go before it runs out, so only a was ever taken over.
    const held = await hold(tookOver, ['a', 'b']);
    expect(api.history.filter(({ name, holder }) => name === 'a' && holder === `${HOLDER_PREFIX}a`)).toHaveLength(2);
    expect(held).toMatchObject({ value: true });
  });
});

describe('several writes at once', () => {
  const UNCERTAIN = { state: 'uncertain', why: 'lost' } as const;
  const eight = Array.from({ length: 8 }, (_, index) => index);
  const ours = (api: FakeApi): number[] => api.history.flatMap(({ at, holder }) => (holder === '' ? [] : [at]));

  test('it is renewed until the slowest is back', async () => {
    const { clock, api, hold } = setting();
    await hold((tenure) =>
      Promise.all(eight.map((nth) => tenure.write(() => clock.sleep(500 * (nth + 1)).then(() => DONE)))),
    );
    const at = ours(api);
    expect(at.at(-1)).toBeGreaterThan(3500);
    expect(Math.max(...at.slice(1).map((next, index) => next - (at[index] ?? 0)))).toBeLessThan(1000);
  });

  test('one uncertain among them keeps it renewed until all are decided', async () => {
    const { clock, api, hold } = setting();
    await hold(async (tenure) => {
      const outcomes = await Promise.all(
        eight.map((nth) => tenure.write(() => clock.sleep(10 * nth).then(() => (nth === 3 ? UNCERTAIN : DONE)))),
      );
      expect(outcomes.filter(({ state }) => state === 'uncertain')).toHaveLength(1);
      await clock.sleep(4000);
      expect(ours(api).at(-1)).toBeGreaterThan(clock.now - 1000);
      tenure.decided();
      const before = ours(api).length;
      await clock.sleep(2000);
      expect(ours(api)).toHaveLength(before);
      expect(await tenure.write(() => Promise.resolve(DONE))).toEqual({ state: 'unsent', why: 'over' });
    });
  });

  test('one that comes back uncertain after the others were decided counts anew', async () => {
    const { clock, api, hold } = setting();
    await hold(async (tenure) => {
      const slow = tenure.write(() => clock.sleep(900).then(() => UNCERTAIN));
      await tenure.write(() => Promise.resolve(UNCERTAIN));
      tenure.decided();
      await slow;
      await clock.sleep(3000);
      expect(ours(api).at(-1)).toBeGreaterThan(clock.now - 1000);
      tenure.decided();
    });
  });

  test('they share one renewal where the Lease is about to run out', async () => {
    const { clock, api, hold } = setting();
    await hold(async (tenure) => {
      api.fault = (verb) => (verb === 'update' ? 'too-many' : undefined);
      await clock.sleep(1020);
      api.fault = () => undefined;
      const asked = api.log.length;
      const outcomes = await Promise.all(eight.map(() => tenure.write(() => Promise.resolve(DONE), true)));
      expect(outcomes).toEqual(eight.map(() => DONE));
      expect(api.log.slice(asked)).toEqual(['update whereabouts']);
    });
  });

  test('a lost Lease stops all that were not sent', async () => {
    const { clock, api, hold } = setting();
    const held = await hold(async (tenure) => {
      api.fault = (verb) => (verb === 'update' ? 'too-many' : undefined);
      await clock.sleep(1020);
      api.fault = () => undefined;
      api.set('whereabouts', FREE);
      const must = (): Promise<never> => Promise.reject(new Error('must not be sent'));
      return Promise.all(eight.map(() => tenure.write(must, true)));
    });
    expect(held).toMatchObject({ lost: true, value: eight.map(() => ({ state: 'unsent', why: 'lost' })) });
  });

  test('what is under way when the work throws comes to its end before the Lease is given back', async () => {
    const { clock, api, hold } = setting();
    let ended = -1;
    const work = (tenure: Tenure): Promise<unknown> =>
      Promise.all([
        tenure.write(() =>
          clock.sleep(3000).then(() => {
            ended = clock.now;
            return DONE;
          }),
        ),
        tenure.write(() => Promise.reject(new Error('broken'))),
      ]);
    await expect(hold(work)).rejects.toThrow('broken');
    expect(ended).toBeGreaterThan(2999);
    const released = api.history.find(({ holder }) => holder === '');
    expect(released?.at).toBeGreaterThanOrEqual(ended);
    expect(ours(api).at(-1)).toBeGreaterThan(2000);
  });

  test('what the work left behind sends nothing more once it is over', async () => {
    const { clock, hold } = setting();
    let late: WriteOutcome | Unsent | undefined;
    const work = async (tenure: Tenure): Promise<void> => {
      void tenure.write(() => clock.sleep(600).then(() => DONE));
      void clock.sleep(300).then(async () => {
        late = await tenure.write(() => Promise.reject(new Error('must not be sent')), true);
      });
    };
    await hold(work);
    expect(late).toEqual({ state: 'unsent', why: 'over' });
  });

  test('many Leases are renewed at the same time', async () => {
    const { clock, api, hold } = setting();
    api.latencyMs = 60;
    const names = eight.flatMap((nth) => (nth < 3 ? [`slice-${nth.toString()}`] : []));
    const held = await hold((tenure) => tenure.write(() => clock.sleep(3000).then(() => DONE)), names);
    expect(held).toMatchObject({ lost: false, value: DONE });
    const renewed = api.history.filter(({ at, holder }) => holder !== '' && at > 1500).map(({ at }) => at);
    expect(renewed).toHaveLength(3 * new Set(renewed).size);
  });
});

describe('rights', () => {
  test('of many Leases a few are tried', async () => {
    const { clock, api, holdings } = setting();
    const slices = Array.from({ length: 500 }, (_, index) => `node-${(1000 + index).toString()}`);
    const tried = async (names: string[]): Promise<string[]> => {
      const from = api.log.length;
      await clock.run(holdings.checkRights({ namespace: NS, names }));
      return api.log.slice(from).flatMap((line) => (line.startsWith('get ') ? [line.slice(4)] : []));
    };
    expect(await tried([...slices, 'whereabouts'])).toEqual(['node-1000', 'node-1499', 'whereabouts']);
    expect(await tried(['zone', ...slices])).toEqual(['node-1000', 'zone']);
    expect(api.log).toHaveLength(15);
  });

  test('they are looked at without writing', async () => {
    const { clock, api, holdings } = setting();
    api.set('whereabouts', FREE);
    await clock.run(holdings.checkRights({ namespace: NS, names: ['whereabouts', 'absent'] }));
    expect(api.log).toEqual([
      'get absent',
      'create dry absent',
      'update dry absent',
      'get whereabouts',
      'create dry whereabouts',
      'update dry whereabouts',
    ]);
    expect(api.history).toHaveLength(1);
  });

  test.each<Verb>(['get', 'create', 'update'])('none to %s', async (verb) => {
    const { clock, api, holdings } = setting();
    api.fault = (asked) => (asked === verb ? 'forbidden' : undefined);
    const asked = clock.run(holdings.checkRights({ namespace: NS, names: ['whereabouts'] }));
    await expect(asked).rejects.toMatchObject({
      reason: 'forbidden',
      request: { verb, resource: 'leases.coordination.k8s.io' },
    });
    expect(api.history).toEqual([]);
  });

  test('lost at the second of two Leases, the first is given back', async () => {
    const { api, hold } = setting();
    api.fault = (verb, name) => (verb === 'create' && name === 'b' ? 'forbidden' : undefined);
    await expect(hold(idle, ['a', 'b'])).rejects.toMatchObject({ reason: 'forbidden' });
    expect([api.holder('a'), api.leases.size]).toEqual(['', 1]);
  });
});
