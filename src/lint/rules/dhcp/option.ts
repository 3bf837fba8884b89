import type { JsonObject } from '../../../cni/go-json.js';
import { jsonTypeOf } from '../../../cni/go-json.js';
import { fieldOf } from '../../go-fields.js';
import { defineRule, type Draft } from '../../model.js';
import type { Path } from '../../path.js';
import { elementsOf, writtenOf } from '../../whereabouts-facts.js';
import { ipamNad, SKIP_ROUTERS } from '../ipam-examples.js';

const NAMES: ReadonlySet<string> = new Set([
  'dhcp-client-identifier',
  'subnet-mask',
  'routers',
  'host-name',
  'user-class',
  'vendor-class-identifier',
]);
/** The length of an option's value is one byte. */
const LONGEST = 255;

export const option = defineRule({
  id: 'dhcp/option',
  severity: 'error',
  title: 'a DHCP option that there is none of, or that is too long',
  why: 'The daemon knows six options by name and the others by number, from 0 to 255. It refuses the rest, and the pod does not start.',
  over: 'network',
  about: ['dhcp'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'write the number of the option, as text' },
  bad: ipamNad('dhcp', `${SKIP_ROUTERS},\n"provide": [{"option": "domain-name", "value": "example.com"}]`),
  good: ipamNad('dhcp', `${SKIP_ROUTERS},\n"provide": [{"option": "15", "value": "example.com"}]`),
  source: 'containernetworking/plugins 3d27709 plugins/ipam/dhcp/options.go (parseOptionName)',
  *check({ subject }) {
    for (const { type, conf, path } of subject.ipams) {
      if (type !== 'dhcp') continue;
      for (const name of ['provide', 'request']) {
        for (const { element, path: at } of elementsOf(conf, path, name)) yield* judged(element, at);
      }
    }
  },
});

function* judged(element: JsonObject, path: Path): Iterable<Draft> {
  const field = fieldOf(element, 'option');
  const at = { path: [...path, field?.key ?? 'option'] };
  if (field !== undefined && typeof field.value !== 'string') {
    const type = jsonTypeOf(field.value);
    const upstream = `json: cannot unmarshal ${type} into Go struct field option of type main.DHCPOption`;
    yield { at, message: `the option is a ${type}, and should be text`, upstream };
  } else {
    const text = field === undefined ? '' : String(field.value);
    const why = NAMES.has(text) ? undefined : numberProblem(text);
    if (why !== undefined) {
      const upstream = `Can not parse option: strconv.ParseUint: parsing "${text}": ${why}`;
      yield { at, message: `"${text}" is no DHCP option that the plugin knows`, upstream };
    }
  }
  const value = writtenOf(element, path, 'value');
  const length = value === undefined ? 0 : Buffer.byteLength(value.text);
  if (value !== undefined && length > LONGEST) {
    yield {
      at: { path: value.path },
      message: `${length} bytes are more than an option can hold, which is ${LONGEST}`,
    };
  }
}

/** What Go's ParseUint says of what is no number of eight bits. */
function numberProblem(text: string): string | undefined {
  if (!/^\d+$/.test(text)) return 'invalid syntax';
  return Number(text) > LONGEST ? 'value out of range' : undefined;
}
