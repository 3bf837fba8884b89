import { homedir } from 'node:os';
import { ClusterFailure } from '../../errors.js';
import { loadKubeconfig, meant, names, type Kubeconfig, type Surroundings } from './kubeconfig.js';
import { asText, harmless, shortPath } from './text.js';

/** Which contexts are read for a result of several clusters. */
export interface ChosenContexts {
  readonly names: readonly string[];
  /** What a person should know of the choice. */
  readonly notes: readonly string[];
}

/**
 * The contexts that are meant, in the order of the flags or of the kubeconfig.
 * @param asked names; null: all, and of those that name the same server one (the current one, else the first): logging in to
 *   OpenShift makes a context of every namespace
 * @throws ClusterFailure `bad-kubeconfig` for a name that is none, before anything is read
 */
export function chooseContexts(
  kubeconfig: string | undefined,
  asked: readonly string[] | null,
  around: Surroundings = { env: process.env, home: homedir() },
): ChosenContexts {
  const config = loadKubeconfig(kubeconfig, around);
  if (config === undefined) {
    // Whoever opens the cluster says where was looked.
    return { names: [...(asked ?? [])], notes: [] };
  }
  const origin = config.files.map((file) => shortPath(file, around.home)).join(', ');
  if (asked !== null) {
    const unknown = asked.find((name) => !config.contexts.has(name));
    if (unknown === undefined) return { names: [...new Set(asked)], notes: sameServer(config, asked) };
    throw new ClusterFailure(
      'bad-kubeconfig',
      `the kubeconfig has no context "${harmless(unknown)}"`,
      {},
      {
        facts: [`${origin} has contexts ${names(config.contexts.keys())}`],
        hints: [...meant('context', unknown, config.contexts.keys()), 'leave it out, or name another'],
      },
    );
  }
  if (config.contexts.size === 0) {
    throw new ClusterFailure(
      'bad-kubeconfig',
      'the kubeconfig has no contexts',
      {},
      { facts: [`read from ${origin}`] },
    );
  }
  const groups = [...byServer(config, config.contexts.keys())].map((group) => {
    const first = group.find((name) => name === config.currentContext) ?? group[0] ?? '';
    return { first, others: group.filter((name) => name !== first) };
  });
  return {
    names: groups.map(({ first }) => first),
    notes: groups.flatMap(({ first, others }) =>
      others.length === 0 ? [] : [`each server is read once: context "${harmless(first)}" stands for ${names(others)}`],
    ),
  };
}

function sameServer(config: Kubeconfig, asked: readonly string[]): string[] {
  return byServer(config, new Set(asked)).flatMap((group) =>
    group.length < 2 ? [] : [`contexts ${names(group)} name the same server: what is in it is listed for each`],
  );
}

/** Contexts whose server cannot be told stand alone: opening them says why. */
function byServer(config: Kubeconfig, contexts: Iterable<string>): string[][] {
  const groups = new Map<string, string[]>();
  for (const name of contexts) {
    const cluster = asText(config.contexts.get(name)?.body['cluster']);
    const server = cluster === undefined ? undefined : asText(config.clusters.get(cluster)?.body['server']);
    const key = server === undefined ? `context ${name}` : server.replace(/\/+$/, '').toLowerCase();
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups.values()];
}
