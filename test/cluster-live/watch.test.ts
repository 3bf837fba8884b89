/** What `follow` makes of each thing that an API server, or what stands before it, may do to a watch. */
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { PODS } from '../../src/cluster/resources.js';
import type { LiveCluster } from '../../src/cluster/live/index.js';
import { waitFor } from '../cluster/wait.js';
import { cleanUp, failureOf, json, kubeconfig, open, podList, serve, status, type FakeServer } from './helpers.js';

afterEach(cleanUp);

const pod = (name: string, resourceVersion: string): unknown => ({
  kind: 'Pod',
  metadata: { name, namespace: 'default', resourceVersion, managedFields: [{ manager: 'x' }] },
});
const event = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;
const bookmark = (resourceVersion: string): string => event('BOOKMARK', { kind: 'Pod', metadata: { resourceVersion } });

type Answer = (response: ServerResponse) => void;

/** A watch that sends this and stays open. */
const stays =
  (...events: string[]): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(events.join(''));
    response.flushHeaders();
  };
const ends =
  (...events: string[]): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(events.join(''));
  };

/** Lists and watches are answered in turn; the last answer of each lasts. */
async function server(lists: readonly Answer[], watches: readonly Answer[]): Promise<FakeServer> {
  let [listed, watched] = [0, 0];
  return serve((request, response) => {
    const isWatch = request.url?.includes('watch=true') === true;
    const answers = isWatch ? watches : lists;
    const at = Math.min(isWatch ? watched++ : listed++, answers.length - 1);
    answers[at]?.(response);
  });
}

interface Followed {
  readonly told: string[];
  readonly watches: () => URLSearchParams[];
  readonly ended: Promise<void>;
  readonly stop: () => void;
}

async function followed(lists: readonly Answer[], watches: readonly Answer[]): Promise<Followed> {
  const fake = await server(lists, watches);
  const cluster: LiveCluster = await open({ kubeconfig: kubeconfig(fake.url) });
  const told: string[] = [];
  const abort = new AbortController();
  const ended = cluster.follow(
    PODS,
    { metadataOnly: true },
    ({ metadata }) => {
      expect(metadata).not.toHaveProperty('managedFields.0');
      return metadata.name?.startsWith('no') === true ? undefined : metadata.name;
    },
    {
      listed: (items) => told.push(`list ${[...items].map(([key, name]) => `${key}=${name}`).join(' ')}`),
      changed: (key, value) => told.push(`${key}=${String(value)}`),
      trouble: (message) => told.push(message === null ? 'well' : 'trouble'),
    },
    abort.signal,
  );
  ended.catch(() => undefined);
  const watchesSeen = (): URLSearchParams[] =>
    fake.seen.filter(({ path }) => path.includes('watch=true')).map(({ path }) => new URL(path, fake.url).searchParams);
  return { told, watches: watchesSeen, ended, stop: () => abort.abort() };
}

const list =
  (names: readonly string[]): Answer =>
  (response) => {
    json(response, podList(names));
  };

async function tells(run: Followed, expected: readonly string[]): Promise<void> {
  await waitFor('what is told', () => run.told.length >= expected.length, 10_000, 20).catch(() => undefined);
  expect(run.told).toEqual(expected);
  run.stop();
  await run.ended;
}

describe('a followed list', () => {
  test('is the list, then each change, and what the projection lets go is gone', async () => {
    const run = await followed(
      [list(['a', 'none'])],
      [stays(event('ADDED', pod('b', '8')), event('MODIFIED', pod('nob', '9')), event('DELETED', pod('a', '10')))],
    );
    await tells(run, ['list default/a=a', 'default/b=b', 'default/nob=undefined', 'default/a=undefined']);
    const [watch] = run.watches();
    expect(watch?.get('resourceVersion')).toBe('7');
    expect(watch?.get('allowWatchBookmarks')).toBe('true');
  });

  test('an event may come in pieces', async () => {
    const text = event('ADDED', pod('b', '8')) + event('ADDED', pod('c', '9'));
    const run = await followed(
      [list([])],
      [
        (response) => {
          stays(text.slice(0, 20))(response);
          setTimeout(() => response.write(text.slice(20, text.length - 5)), 30);
          setTimeout(() => response.write(text.slice(text.length - 5)), 60);
        },
      ],
    );
    await tells(run, ['list ', 'default/b=b', 'default/c=c']);
  });

  test('a watch that ends goes on from the last event or bookmark, and nobody is told', async () => {
    const run = await followed(
      [list(['a'])],
      [ends(event('ADDED', pod('b', '8')), bookmark('20')), stays(event('ADDED', pod('c', '21')))],
    );
    await tells(run, ['list default/a=a', 'default/b=b', 'default/c=c']);
    expect(run.watches().map((query) => query.get('resourceVersion'))).toEqual(['7', '20']);
  });

  test.each<[string, Answer]>([
    ['an ERROR event', stays(event('ERROR', status(410, 'Expired', 'too old resource version: 7 (9)')))],
    ['an answer', (response) => json(response, status(410, 'Expired', 'too old resource version'), 410)],
  ])('410 in %s: the list is read again', async (_, gone) => {
    const run = await followed([list(['a']), list(['z'])], [gone, stays(event('ADDED', pod('b', '8')))]);
    await tells(run, ['list default/a=a', 'list default/z=z', 'default/b=b']);
  });

  test.each<[string, Answer]>([
    ['a cut connection', (response) => response.destroy()],
    [
      'a cut in the middle of an event',
      (response) => {
        stays('{"type":"ADD')(response);
        setTimeout(() => response.destroy(), 30);
      },
    ],
    ['500', (response) => json(response, status(500, 'InternalError', 'no'), 500)],
    ['429', (response) => json(response, status(429, 'TooManyRequests', 'no'), 429)],
    ['an ERROR event of another kind', ends(event('ERROR', status(500, 'InternalError', 'no')))],
    ['what is no event', ends('{"type":"ADDED"}\n')],
    ['what is no JSON', ends('<html>\n')],
  ])('%s is trouble, and then it goes on from where it was', async (_, broken) => {
    const run = await followed([list(['a'])], [broken, stays(event('ADDED', pod('b', '8')))]);
    const told = run.told;
    await waitFor('the event', () => told.includes('default/b=b'), 10_000, 20);
    expect(told).toEqual(['list default/a=a', 'trouble', 'well', 'default/b=b']);
    expect(run.watches().map((query) => query.get('resourceVersion'))).toEqual(['7', '7']);
    run.stop();
    await run.ended;
  });

  test('401 is answered with the newest credentials, and then given up', async () => {
    const run = await followed([list([])], [(response) => json(response, status(401, 'Unauthorized', 'no'), 401)]);
    expect(await failureOf(run.ended)).toMatchObject({ reason: 'unauthorized' });
  });

  test('403 ends it, and names the verb', async () => {
    const run = await followed([list([])], [(response) => json(response, status(403, 'Forbidden', 'no'), 403)]);
    const failure = await failureOf(run.ended);
    expect(failure).toMatchObject({ reason: 'forbidden', message: 'may not watch pods at the cluster scope (403)' });
    expect(failure.hints.join()).toContain('--role viewer');
  });

  test('a page of a proxy ends it', async () => {
    const page: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html>log in</html>');
    };
    const run = await followed([list([])], [page]);
    expect(await failureOf(run.ended)).toMatchObject({ reason: 'not-kubernetes' });
  });

  test('a first list that fails is not waited for', async () => {
    const run = await followed([(response) => json(response, status(403, 'Forbidden', 'no'), 403)], [stays()]);
    expect(await failureOf(run.ended)).toMatchObject({ reason: 'forbidden' });
    expect(run.told).toEqual([]);
  });

  test('stops at once when it is told to, and is silent', async () => {
    const run = await followed([list(['a'])], [stays()]);
    await waitFor('the watch', () => run.watches().length === 1, 5_000, 10);
    const started = Date.now();
    run.stop();
    await run.ended;
    expect(Date.now() - started).toBeLessThan(1000);
    expect(run.told).toEqual(['list default/a=a']);
  });
});
