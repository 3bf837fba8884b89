import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PbfWriter } from 'pbf';
import { MetadataSplitter, type ListMetadata } from '../../src/cluster/live/metadata-list.js';
import { NoList } from '../../src/cluster/live/split.js';
import { DamagedBody } from '../../src/cluster/live/transport.js';
import { PODS } from '../../src/cluster/resources.js';
import { cleanUp, failureOf, json, kubeconfig, open, serve, status } from './helpers.js';

afterEach(cleanUp);

interface Meta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly creationTimestamp?: number;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner?: { readonly kind: string; readonly name: string; readonly controller: boolean };
  readonly finalizers?: readonly string[];
  /** Bytes of managed fields. */
  readonly managed?: number;
}

/** What an API server answers, field by field as Go writes them: empty texts too. */
function page(items: readonly Meta[], list: Partial<ListMetadata> = {}, kind = 'PartialObjectMetadataList'): Buffer {
  const pbf = new PbfWriter();
  pbf.writeMessage(
    1,
    (_, type) => {
      writeText(type, 1, 'meta.k8s.io/v1');
      writeText(type, 2, kind);
    },
    null,
  );
  pbf.writeMessage(
    2,
    (_, raw) => {
      raw.writeMessage(
        1,
        (__, own) => {
          writeText(own, 1, '');
          writeText(own, 2, list.resourceVersion ?? '');
          writeText(own, 3, list.next ?? '');
        },
        null,
      );
      for (const item of items)
        raw.writeMessage(
          2,
          (__, object) => {
            object.writeMessage(1, writeMeta, item);
          },
          null,
        );
    },
    null,
  );
  writeText(pbf, 3, '');
  writeText(pbf, 4, '');
  return Buffer.concat([Buffer.from('k8s\0'), pbf.finish()]);
}

/** Its own writer of texts takes some characters outside the first plane for others. */
function writeText(pbf: PbfWriter, field: number, value: string): void {
  pbf.writeBytesField(field, Buffer.from(value));
}

function writeMeta(meta: Meta, pbf: PbfWriter): void {
  writeText(pbf, 1, meta.name);
  writeText(pbf, 2, '');
  writeText(pbf, 3, meta.namespace ?? '');
  writeText(pbf, 4, '');
  writeText(pbf, 5, meta.uid ?? '');
  writeText(pbf, 6, '');
  pbf.writeVarintField(7, meta.generation ?? 0);
  pbf.writeMessage(
    8,
    (_, time) => {
      if (meta.creationTimestamp === undefined) return;
      time.writeVarintField(1, meta.creationTimestamp);
      time.writeVarintField(2, 0);
    },
    null,
  );
  if (meta.deletionGracePeriodSeconds !== undefined) pbf.writeVarintField(10, meta.deletionGracePeriodSeconds);
  const pairs = (field: number, all: Readonly<Record<string, string>> = {}): void => {
    for (const [key, value] of Object.entries(all)) {
      pbf.writeMessage(
        field,
        (_, entry) => {
          writeText(entry, 1, key);
          writeText(entry, 2, value);
        },
        null,
      );
    }
  };
  pairs(11, meta.labels);
  pairs(12, meta.annotations);
  const { owner } = meta;
  if (owner !== undefined) {
    pbf.writeMessage(
      13,
      (_, own) => {
        writeText(own, 1, owner.kind);
        writeText(own, 3, owner.name);
        own.writeBooleanField(6, owner.controller);
      },
      null,
    );
  }
  for (const finalizer of meta.finalizers ?? []) writeText(pbf, 14, finalizer);
  if (meta.managed !== undefined) pbf.writeBytesField(17, Buffer.alloc(meta.managed, 1));
}

/** The same object as JSON has it. */
function asJson({ managed: _, owner, creationTimestamp, labels = {}, annotations = {}, ...meta }: Meta): unknown {
  const { generation = 0, finalizers = [], namespace = '', uid = '', ...rest } = meta;
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {
      ...rest,
      ...(namespace === '' ? {} : { namespace }),
      ...(uid === '' ? {} : { uid }),
      ...(generation === 0 ? {} : { generation }),
      ...(creationTimestamp === undefined
        ? {}
        : { creationTimestamp: new Date(creationTimestamp * 1000).toISOString().slice(0, 19) + 'Z' }),
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ...(owner === undefined ? {} : { ownerReferences: [owner] }),
      ...(finalizers.length === 0 ? {} : { finalizers }),
    },
  };
}

function split(bytes: Buffer, size: number): { items: unknown[]; heads: unknown[]; list: ListMetadata } {
  const items: unknown[] = [];
  const heads: unknown[] = [];
  const splitter = new MetadataSplitter(
    (item) => items.push(item),
    (head) => heads.push({ ...head, after: items.length }),
  );
  for (let at = 0; at < bytes.length; at += size) splitter.push(bytes.subarray(at, at + size));
  return { items, heads, list: splitter.end() };
}

const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.constantFrom('__proto__', 'k8s\0', ''));
const name = fc.string({ minLength: 1, maxLength: 60 });
const texts = fc.dictionary(text, text, { maxKeys: 4 });
const meta: fc.Arbitrary<Meta> = fc.record(
  {
    name,
    namespace: text,
    uid: text,
    generation: fc.integer({ min: 0, max: 2 ** 40 }),
    creationTimestamp: fc.integer({ min: 1, max: 4_000_000_000 }),
    deletionGracePeriodSeconds: fc.integer({ min: 0, max: 1000 }),
    labels: texts,
    annotations: texts,
    owner: fc.record({ kind: name, name, controller: fc.boolean() }),
    finalizers: fc.array(name, { maxLength: 3 }),
    managed: fc.integer({ min: 0, max: 5000 }),
  },
  { requiredKeys: ['name'] },
);
const list = { next: 'token', resourceVersion: '42' };

describe('MetadataSplitter', () => {
  test('gives what the list in JSON has, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(meta, { maxLength: 5 }), fc.integer({ min: 1, max: 3000 }), (items, size) => {
        const found = split(page(items, list), size);
        expect(found.items).toEqual(items.map(asJson));
        expect([found.list, found.heads]).toEqual([list, [{ ...list, after: 0 }]]);
      }),
    );
  });

  test('the end of a list says so by nothing', () => {
    expect(split(page([{ name: 'a' }]), 9).list).toEqual({ next: undefined, resourceVersion: undefined });
    expect(split(page([]), 9).items).toEqual([]);
  });

  test('an answer that was cut is never taken for a whole one', () => {
    const whole = page([{ name: 'a', labels: { x: 'y' }, managed: 20 }, { name: 'b' }], list);
    // Behind the list there are two empty texts, which nobody needs.
    for (let length = 0; length < whole.length - 4; length++) {
      expect(() => split(whole.subarray(0, length), 16)).toThrow(DamagedBody);
    }
  });

  test('what is wrong within never gets by', () => {
    const whole = page([{ name: 'a', annotations: { x: 'y' }, managed: 20 }], list);
    let refused = 0;
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const broken = Buffer.from(whole);
        broken[at] = byte;
        try {
          split(broken, 64);
        } catch (error) {
          refused++;
          expect([DamagedBody, NoList].some((kind) => error instanceof kind)).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(500);
  });

  test('another kind is no list of metadata', () => {
    expect(() => split(page([], {}, 'Status'), 500)).toThrow('it is a Status, not a PartialObjectMetadataList');
    expect(() => split(page([], {}, 'Status'), 500)).toThrow(NoList);
  });

  test('what is no protobuf at all is damaged', () => {
    expect(() => split(Buffer.from('{"kind":"PodList"}'), 500)).toThrow(DamagedBody);
    expect(() => split(Buffer.from('k8s\0{"kind":"PodList"}'), 500)).toThrow(DamagedBody);
  });
});

describe('pages', () => {
  const PROTOBUF = {
    'content-type': 'application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  };
  const at = (path: string): number => Number(new URL(path, 'http://x').searchParams.get('continue') ?? 0);
  const nth = (number: number, last: number): Buffer =>
    page([{ name: `p${number.toString()}` }], number < last ? { next: (number + 1).toString() } : {});
  const names = (object: { metadata: { name?: string } }): string | undefined => object.metadata.name;

  test('each is asked for while the one before it is read, once it is known how big they are', async () => {
    const unfinished: (() => void)[] = [];
    const asked: number[] = [];
    const server = await serve((request, response) => {
      const number = at(request.url ?? '');
      asked.push(number);
      const bytes = nth(number, 4);
      response.writeHead(200, PROTOBUF);
      // Page 1 ends only when page 2 was asked for, and so on; page 0 by itself.
      if (number === 0 || number === 4) response.end(bytes);
      else {
        response.write(bytes.subarray(0, bytes.length - 1));
        unfinished.push(() => response.end(bytes.subarray(bytes.length - 1)));
      }
      for (const end of number > 1 ? unfinished.splice(0, unfinished.length - (number === 4 ? 0 : 1)) : []) end();
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url) });
    expect(await cluster.collect(PODS, { metadataOnly: true }, names)).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
    expect(asked).toEqual([0, 1, 2, 3, 4]);
  });

  test('what was asked for too early is let go when its list ends in an error', async () => {
    let cut = false;
    let endFirst: (() => void) | undefined;
    const server = await serve((request, response) => {
      const number = at(request.url ?? '');
      const bytes = nth(number, 4);
      if (number === 2) {
        endFirst?.();
        // Never answered: whoever waited for it would wait long.
        response.on('close', () => (cut = true));
        return;
      }
      response.writeHead(200, PROTOBUF);
      if (number === 0) response.end(bytes);
      else response.write(bytes.subarray(0, bytes.length - 1));
      endFirst = () => response.end(bytes.subarray(bytes.length - 1));
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url) });
    const refuse = (object: { metadata: { name?: string } }): string => {
      if (object.metadata.name === 'p1') throw new RangeError('mine');
      return '';
    };
    await expect(cluster.collect(PODS, { metadataOnly: true }, refuse)).rejects.toThrow(RangeError);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([cut, server.seen.length]).toEqual([true, 3]);
  });

  test('a page that was asked for too early and is refused is the failure of the list', async () => {
    const server = await serve((request, response) => {
      const number = at(request.url ?? '');
      if (number === 3) json(response, status(403, 'Forbidden', 'no'), 403);
      else response.writeHead(200, PROTOBUF).end(nth(number, 4));
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url) });
    expect((await failureOf(cluster.collect(PODS, { metadataOnly: true }, names))).reason).toBe('forbidden');
  });

  test('of a list that was read anew the pages of the first reading count for nothing', async () => {
    let restarted = false;
    const server = await serve((request, response) => {
      const number = at(request.url ?? '');
      const expired = number === 3 && !restarted;
      restarted ||= expired;
      if (expired) json(response, status(410, 'Expired', 'too old'), 410);
      else response.writeHead(200, PROTOBUF).end(nth(number, 4));
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url) });
    expect(await cluster.collect(PODS, { metadataOnly: true }, names)).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
    expect(restarted).toBe(true);
  });
});
