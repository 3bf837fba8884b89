import { defineRule, type CnoEntry, type Draft } from '../../model.js';
import { member } from '../../source/document.js';
import { canonical, cno, IPAM_TYPES, macvlanOf, MODES, type Part, RAW_ENTRY, TYPES } from './entries.js';

export const typeCase = defineRule({
  id: 'cno/type-case',
  severity: 'warning',
  title: 'a word of the operator in another case',
  why: 'The Cluster Network Operator writes its types and modes with capitals. It repairs another case for compatibility, but what else reads the object does not; and inside a SimpleMacvlan only where the type itself is written as it should be: elsewhere the value is refused.',
  over: 'cno',
  needs: ['values'],
  fix: { kind: 'safe', text: 'write it as the operator does' },
  bad: cno(RAW_ENTRY.replace('type: Raw', 'type: raw')),
  good: cno(RAW_ENTRY),
  source: 'cluster-network-operator 2a6a57f pkg/network/render.go (DeprecatedCanonicalize)',
  *check({ subject: { entries } }) {
    for (const entry of entries) {
      yield* wrongCase(entry, 'type', TYPES, () => undefined);
      yield* nested(entry);
    }
  },
});

function* nested(entry: CnoEntry): Iterable<Draft> {
  const macvlan = macvlanOf(entry);
  if (macvlan === undefined) return;
  const isRepaired = TYPES.includes(String(member(entry.conf, 'type')));
  const says = (what: string) => (value: string) => (isRepaired ? undefined : `invalid ${what}: ${value}`);
  yield* wrongCase(macvlan.config, 'mode', MODES, says('Macvlan mode'));
  if (macvlan.ipam !== undefined) yield* wrongCase(macvlan.ipam, 'type', IPAM_TYPES, says('IPAM type'));
}

/** @param refusal what the operator says where it does not repair it */
function* wrongCase(
  { conf, path }: Part,
  key: string,
  words: readonly string[],
  refusal: (value: string) => string | undefined,
): Iterable<Draft> {
  const written = member(conf, key);
  const meant = canonical(words, written);
  if (typeof written !== 'string' || meant === undefined || meant === written) return;
  const at = [...path, key];
  const upstream = refusal(written);
  yield {
    at: { path: at },
    severity: upstream === undefined ? 'warning' : 'error',
    message: `"${written}" is written "${meant}"`,
    upstream,
    edits: [{ kind: 'set', path: at, value: meant }],
  };
}
