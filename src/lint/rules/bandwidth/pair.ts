import { defineRule, type Draft, type PluginPart } from '../../model.js';
import { numberOf, pluginField, pluginsOfType } from '../../plugin-facts.js';
import { chained } from '../plugin-examples.js';

/** Bits, of which the kernel counts the bytes in 32 bits. */
const TOO_MANY_BITS = 8 * 0xffff_ffff;

export const pair = defineRule({
  id: 'bandwidth/pair',
  severity: 'error',
  title: 'a rate without its burst, or a burst without its rate',
  why: 'The bandwidth plugin wants both for a direction or neither, and a burst of less than 4 GiB. It refuses anything else, and no pod that attaches starts.',
  over: 'network',
  about: ['bandwidth'],
  needs: ['values'],
  fix: null,
  bad: chained('{ "type": "bandwidth", "ingressRate": 1000000 }'),
  good: chained('{ "type": "bandwidth", "ingressRate": 1000000, "ingressBurst": 2000000 }'),
  source: 'containernetworking/plugins v1.9.0 plugins/meta/bandwidth/main.go (validateRateAndBurst)',
  *check({ subject }) {
    for (const bandwidth of pluginsOfType(subject, 'bandwidth')) {
      yield* problems(bandwidth, 'ingress');
      yield* problems(bandwidth, 'egress');
    }
  },
});

function* problems(bandwidth: PluginPart, direction: 'ingress' | 'egress'): Iterable<Draft> {
  const [rate, burst] = [`${direction}Rate`, `${direction}Burst`] as const;
  const hasRate = numberOf(bandwidth, rate) !== 0;
  const hasBurst = numberOf(bandwidth, burst) !== 0;
  if (hasRate && !hasBurst) yield draft(bandwidth, rate, `needs ${burst}`, 'if rate is set, burst must also be set');
  else if (hasBurst && !hasRate) {
    yield draft(bandwidth, burst, `needs ${rate}`, 'if burst is set, rate must also be set');
  } else if (numberOf(bandwidth, burst) >= TOO_MANY_BITS) {
    yield draft(bandwidth, burst, 'is more than 4 GiB', 'burst cannot be more than 4GB');
  }
}

function draft(bandwidth: PluginPart, name: string, problem: string, upstream: string): Draft {
  const path = pluginField(bandwidth, name)?.path ?? bandwidth.path;
  return { at: { path, part: 'key' }, message: `${name} ${problem}`, upstream };
}
