import { type EngineOptions, lint, type Outcome } from './engine.js';
import type { AnyRule, Example, Finding } from './model.js';
import { readingOf } from './cluster/facts.js';
import { readText } from './read-document.js';

/** Judges an example by rules. */
export async function lintExample(
  { text, file = 'nad.yaml', cluster }: Example,
  options: EngineOptions,
): Promise<Outcome> {
  return lint(await readText(file, text), {
    ...options,
    cluster: cluster === undefined ? options.cluster : readingOf(cluster.facts),
  });
}

/** What the cluster says to a rule's bad example: the messages that the rule foretells. */
export async function upstreamOf(rule: AnyRule): Promise<string[]> {
  const { findings } = await lintExample(rule.bad, { rules: [rule], profile: 'openshift', scope: 'dir' });
  const said = findings.map(({ finding }: { finding: Finding }) => finding.upstream).filter((text) => text !== null);
  return [...new Set(said)];
}
