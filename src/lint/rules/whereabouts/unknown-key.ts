import type { JsonObject } from '../../../cni/go-json.js';
import { defineRule, type Draft } from '../../model.js';
import { IPAM_KEYS } from '../../keys.js';
import type { Path } from '../../path.js';
import { whereaboutsOf } from '../../whereabouts-facts.js';
import { RANGE, whereabouts } from '../ipam-examples.js';
import { KnownKeys } from '../keys-of.js';

const KNOWN = new KnownKeys(Object.keys(IPAM_KEYS['whereabouts']?.keys ?? {}));
const BY_PLAIN_NAME: ReadonlyMap<string, string> = new Map(KNOWN.names.map((key) => [plain(key), key]));
/** Keys of other IPAM plugins, of proposals and of old versions: what is meant, or null where no key does it. */
const MEANT: Readonly<Record<string, string | null>> = {
  subnet: 'range',
  excludes: 'exclude',
  excluderanges: 'exclude',
  ranges: null,
  rangev6: null,
  fastipam: null,
};
const INSTEAD: Readonly<Record<string, string>> = {
  ranges: 'ranges belong into ipRanges, as [{"range": "…"}]',
  rangev6: 'a second range belongs into ipRanges, as [{"range": "…"}]',
  fastipam: 'node_slice_size alone switches node slices on',
};

export const unknownKey = defineRule({
  id: 'whereabouts/unknown-key',
  severity: 'warning',
  title: 'a key of host-local, of a proposal, or spelt as whereabouts does not',
  why: 'whereabouts passes over keys that it does not know, without a word: the range is not limited, IPv6 is not there, nothing is excluded.',
  over: 'network',
  about: ['whereabouts'],
  judges: 'shape',
  needs: [],
  fix: { kind: 'safe', text: 'write the key that whereabouts knows, where there is one and it is not there yet' },
  bad: whereabouts(`${RANGE},\n"rangeEnd": "192.0.2.99"`),
  good: whereabouts(`${RANGE},\n"range_end": "192.0.2.99"`),
  source: 'whereabouts v0.9.4 pkg/types/types.go (IPAMConfig)',
  supersedes: ['cni/unknown-key'],
  *check({ subject }) {
    for (const { conf, path } of whereaboutsOf(subject)) {
      for (const key of Object.keys(conf)) if (!KNOWN.has(key)) yield* unknown(key, conf, path);
    }
  },
});

function* unknown(key: string, conf: JsonObject, path: Path): Iterable<Draft> {
  const name = plain(key);
  const meant = Object.hasOwn(MEANT, name) ? MEANT[name] : BY_PLAIN_NAME.get(name);
  if (meant === undefined) return;
  const here = [...path, key];
  yield {
    at: { path: here, part: 'key' },
    message:
      meant === null
        ? `whereabouts does not know "${key}": ${INSTEAD[name] ?? ''}`
        : `"${key}" is not seen: it is written "${meant}"`,
    edits: meant === null || Object.hasOwn(conf, meant) ? [] : [{ kind: 'rename', path: here, key: meant }],
  };
}

/** Spellings that differ by case, "_" and "-" are one. */
function plain(key: string): string {
  return key.toLowerCase().replaceAll(/[_-]/g, '');
}
