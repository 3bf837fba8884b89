import { afterEach, describe, expect, test } from '@jest/globals';
import { IP_POOLS, NADS, NODES, PODS } from '../../src/cluster/resources.js';
import { cleanUp, failureOf, json, kubeconfig, open, podList, serve, status, type Handler } from './helpers.js';

afterEach(cleanUp);

const names = (object: { metadata: { name?: string } }): string | undefined => object.metadata.name;
const query = (path: string): URLSearchParams => new URL(path, 'http://x').searchParams;

/** Serves `count` pods in pages; `before` may answer in its stead. */
function pages(count: number, before: (at: number, seen: number) => unknown = () => undefined): Handler {
  return (request, response, seen) => {
    const asked = query(request.url ?? '');
    const at = Number(asked.get('continue') ?? 0);
    const instead = before(at, seen) as { code: number } | undefined;
    if (instead !== undefined) {
      json(response, instead, instead.code);
      return;
    }
    const end = asked.has('limit') ? Math.min(count, at + Number(asked.get('limit'))) : count;
    const list = Array.from({ length: end - at }, (_, i) => `p${(at + i).toString()}`);
    json(response, podList(list, end < count ? end.toString() : undefined));
  };
}

describe('pages', () => {
  test('are read to the end, grow to the asked size, and are told of', async () => {
    const server = await serve(pages(12_000));
    const progress: number[] = [];
    const cluster = await open({ kubeconfig: kubeconfig(server.url) });
    Object.assign(cluster, { observer: { progress: (_: string, seen: number) => void progress.push(seen) } });
    const all = await cluster.collect(PODS, {}, names);
    expect(all).toHaveLength(12_000);
    expect(new Set(all).size).toBe(12_000);
    expect(server.seen.map(({ path }) => query(path).get('limit'))).toEqual(['524', '5000', '5000', '5000']);
    expect(progress).toEqual([524, 5524, 10_524, 12_000]);
    expect(server.seen.some(({ path }) => path.includes('resourceVersion'))).toBe(false);
  });

  test('of big objects become small', async () => {
    const server = await serve((request, response) => {
      const at = Number(query(request.url ?? '').get('continue') ?? 0);
      const big = 'x'.repeat(400_000);
      const items = [0, 1].map((i) => ({ metadata: { name: `p${(at + i).toString()}`, annotations: { big } } }));
      json(response, { kind: 'PodList', metadata: at < 4 ? { continue: (at + 2).toString() } : {}, items });
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url) });
    expect(await cluster.collect(PODS, {}, names)).toHaveLength(6);
    expect(server.seen.map(({ path }) => query(path).get('limit'))).toEqual(['524', '20', '20']);
  });

  test('metadata only: the whole page at once, and plain JSON taken too', async () => {
    const server = await serve((_, response) => {
      json(response, { kind: 'PartialObjectMetadataList', metadata: {}, items: [{ metadata: { name: 'a' } }] });
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url) }, { chunkSize: 250 });
    expect(await cluster.collect(PODS, { metadataOnly: true }, names)).toEqual(['a']);
    expect(server.seen[0]?.headers.accept).toBe(
      'application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,' +
        'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io;q=0.9,application/json;q=0.8',
    );
    expect(query(server.seen[0]?.path ?? '').get('limit')).toBe('250');
  });

  test('what the projection drops is dropped; items may be null', async () => {
    const server = await serve(pages(10));
    const cluster = await open({ kubeconfig: kubeconfig(server.url) });
    expect(await cluster.collect(PODS, {}, (pod) => (pod.metadata.name === 'p3' ? 1 : undefined))).toEqual([1]);
    const empty = await serve((_, response) => {
      json(response, { kind: 'NodeList', metadata: {}, items: null });
    });
    expect(await (await open({ kubeconfig: kubeconfig(empty.url) })).collect(NODES, { namespace: 'x' }, names)).toEqual(
      [],
    );
    expect(empty.seen[0]?.path).toBe('/api/v1/nodes?limit=524');
  });

  test('an error of the projection is its caller’s', async () => {
    const server = await serve(pages(2));
    const cluster = await open({ kubeconfig: kubeconfig(server.url) });
    const broken = (): never => {
      throw new RangeError('mine');
    };
    await expect(cluster.collect(PODS, {}, broken)).rejects.toThrow(RangeError);
    expect(server.seen).toHaveLength(1);
  });
});

describe('an expired continue token', () => {
  const expired = { ...(status(410, 'Expired', 'too old') as object), code: 410 };

  test('starts the list again from nothing', async () => {
    const server = await serve(pages(250, (at, seen) => (at === 200 && seen < 4 ? expired : undefined)));
    const debug: string[] = [];
    const cluster = await open({ kubeconfig: kubeconfig(server.url) }, { debug, chunkSize: 100 });
    expect(await cluster.collect(PODS, {}, names)).toHaveLength(250);
    expect(cluster.notes).toEqual(['the list of pods changed too fast and was read again from the start']);
    expect(debug.join('\n')).toMatch(/read again from the start/);
  });

  test('again and again: the list is read in one piece', async () => {
    const server = await serve(pages(250, (at) => (at > 0 ? expired : undefined)));
    const cluster = await open({ kubeconfig: kubeconfig(server.url) }, { chunkSize: 100 });
    expect(await cluster.collect(PODS, {}, names)).toHaveLength(250);
    expect(server.seen.at(-1)?.path).toBe('/api/v1/pods');
    expect(server.seen).toHaveLength(9);
  });
});

describe('what is no list', () => {
  test.each([
    ['a Status', status(500, 'X', 'boo'), /it is a Status: boo, not a PodList/],
    ['another kind', { kind: 'NodeList', metadata: {}, items: [] }, /it is a NodeList, not a PodList/],
    ['an object', { kind: 'Pod', metadata: {} }, /it is a Pod, not a PodList/],
    ['some JSON', { hello: 'world' }, /no Kubernetes list/],
    ['an array', [1, 2], /no Kubernetes list/],
    ['items without metadata', { kind: 'PodList', items: [{ a: 1 }] }, /no Kubernetes objects/],
    ['items of another type', { kind: 'PodList', items: 'a' }, /its items are no list/],
  ])('%s', async (_, body, why) => {
    const server = await serve((__, response) => {
      json(response, body);
    });
    const error = await failureOf((await open({ kubeconfig: kubeconfig(server.url) })).collect(PODS, {}, names));
    expect(error.reason).toBe('not-kubernetes');
    expect(error.facts[0]).toMatch(why);
    expect(server.seen).toHaveLength(1);
  });

  test.each([200, 302, 403, 404, 503])(
    'HTML with %d',
    async (code) => {
      const server = await serve((_, response) => {
        response.writeHead(code, { 'content-type': 'text/html', location: 'https://login/' });
        response.end(
          '<!DOCTYPE html><html><head><title>Log in\n to \u001b[2J Acme</title></head><body>x</body></html>',
        );
      });
      const cluster = await open({ kubeconfig: kubeconfig(server.url) });
      const error = await failureOf(cluster.collect(IP_POOLS, {}, names));
      expect(error.reason).toBe('not-kubernetes');
      expect(error.facts[0]).toBe(`${code.toString()}, text/html: "Log in to \\u001b[2J Acme"`);
    },
    15_000,
  );
});

describe('refusals', () => {
  test('403, with whom and where and what to do', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/apis/whereabouts.cni.cncf.io/v1alpha1') {
        json(response, { kind: 'APIResourceList', resources: [{ name: 'ippools' }] });
      } else
        json(
          response,
          status(403, 'Forbidden', 'ippools is forbidden: User "system:serviceaccount:a:b" cannot list'),
          403,
        );
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url) });
    const error = await failureOf(cluster.collect(IP_POOLS, { namespace: 'openshift-multus' }, names));
    expect(error.reason).toBe('forbidden');
    expect(error.message).toBe('may not list ippools.whereabouts.cni.cncf.io in namespace openshift-multus (403)');
    expect(error.facts).toEqual([
      expect.stringMatching(/^as "system:serviceaccount:a:b" in context "prod" \(/),
      'the server said: ippools is forbidden: User "system:serviceaccount:a:b" cannot list',
    ]);
    expect(error.hints).toEqual(['ipamctl rbac --role viewer     the least role that this needs']);
    const wide = await failureOf(cluster.collect(PODS, {}, names));
    expect(wide.message).toBe('may not list pods at the cluster scope (403)');
    expect(error.request).toEqual({
      verb: 'list',
      resource: 'ippools.whereabouts.cni.cncf.io',
      namespace: 'openshift-multus',
      status: 403,
    });
  });

  test.each([
    ['no such group', 404, '404 page not found'],
    ['no such resource', 200, JSON.stringify({ kind: 'APIResourceList', resources: [{ name: 'ippools' }] })],
  ])('403 of what is not defined: %s', async (_, code, discovery) => {
    const server = await serve((request, response) => {
      if (request.url === '/apis/k8s.cni.cncf.io/v1') json(response, discovery, code);
      else json(response, status(403, 'Forbidden', 'forbidden: User "x" cannot'), 403);
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url) });
    for (let i = 0; i < 2; i++) {
      const error = await failureOf(cluster.collect(NADS, {}, names));
      expect(error.reason).toBe('not-defined');
      expect(error.message).toMatch('does not know network-attachment-definitions.k8s.cni.cncf.io');
    }
    expect(
      server.seen.filter(({ path }) => path.startsWith('/apis/k8s.cni.cncf.io/v1') && !path.includes('network')),
    ).toHaveLength(1);
  });

  test('404 page not found', async () => {
    const server = await serve((_, response) => {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url) });
    expect((await failureOf(cluster.collect(IP_POOLS, {}, names))).reason).toBe('not-defined');
    expect((await failureOf(cluster.get(IP_POOLS, 'a', 'b'))).reason).toBe('not-defined');
  });
});

describe('get', () => {
  const missing = (details: unknown): Handler => {
    return (_, response) => {
      json(response, status(404, 'NotFound', 'pods "a" not found', details), 404);
    };
  };

  test('an object', async () => {
    const server = await serve((_, response) => {
      json(response, { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'a', managedFields: [1] } });
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url) });
    expect(await cluster.get(PODS, 'n s', 'a')).toMatchObject({ metadata: { name: 'a' } });
    expect(server.seen[0]?.path).toBe('/api/v1/namespaces/n%20s/pods/a');
    expect((await failureOf(cluster.get(PODS, 'x', 'other'))).reason).toBe('not-kubernetes');
  });

  test('nothing, only when that very object is said to be missing', async () => {
    const cluster = await open({ kubeconfig: kubeconfig((await serve(missing({ name: 'a', kind: 'pods' }))).url) });
    expect(await cluster.get(PODS, 'x', 'a')).toBeUndefined();
    for (const details of [
      { name: 'b', kind: 'pods' },
      { name: 'a', kind: 'nodes' },
      { name: 'a', kind: 'pods', group: 'x' },
    ]) {
      const other = await open({ kubeconfig: kubeconfig((await serve(missing(details))).url) });
      expect((await failureOf(other.get(PODS, 'x', 'a'))).reason).toBe('server-error');
    }
    const none = await open({ kubeconfig: kubeconfig((await serve(missing({}))).url) });
    expect((await failureOf(none.get(PODS, 'x', 'a'))).reason).toBe('not-defined');
  });
});

describe('identity', () => {
  test('uid of kube-system, server and context; asked once', async () => {
    const server = await serve((_, response) => {
      json(response, { kind: 'Namespace', metadata: { name: 'kube-system', uid: 'u-1' } });
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url) });
    await cluster.identity();
    expect(await cluster.identity()).toEqual({
      uid: 'u-1',
      server: server.url,
      name: 'prod',
      user: expect.any(String),
    });
    expect(server.seen.map(({ path }) => path)).toEqual(['/api/v1/namespaces/kube-system']);
    expect(cluster.contextNamespace).toBe('team');
  });

  test('no uid where it may not be read', async () => {
    const server = await serve((_, response) => {
      json(response, status(403, 'Forbidden', 'no'), 403);
    });
    expect((await (await open({ kubeconfig: kubeconfig(server.url) })).identity()).uid).toBeNull();
  });
});
