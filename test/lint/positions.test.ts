import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as YAML from 'yaml';
import { openLocator } from '../../src/lint/locator.js';
import type { Path } from '../../src/lint/path.js';
import { readText } from '../../src/lint/read-document.js';
import { decodeScalar, type ScalarStyle } from '../../src/lint/source/scalar.js';
import { findingsOf, nadText, underlined } from './support.js';

/** The token at a path, cut out of the file. */
async function at(text: string, path: Path, part: 'key' | 'value' = 'value', file = 'nad.yaml'): Promise<string> {
  const [read] = await readText(file, text);
  if (read === undefined) throw new Error('nothing was read');
  const { document } = read;
  const { from, to } = (await openLocator(document)).span({ path, part });
  return document.source.text.slice(from, to);
}

const MTU = ['spec', 'config', 'mtu'];

describe('a token of the JSON in the YAML, whatever holds it', () => {
  test.each<[string, string]>([
    ['a literal block', '|\n    {\n      "type": "macvlan",\n      "mtu": "1500"\n    }'],
    [
      'a stripped block with deeper lines',
      '|-\n      {\n          "type": "macvlan",\n          "mtu": "1500"\n      }',
    ],
    ['a block with an indicator', '|2-\n      {\n      "type": "macvlan", "mtu": "1500" }'],
    ['a folded block', '>\n    {\n      "type": "macvlan",\n      "mtu": "1500"\n    }'],
    ['a folded block with blank lines', '>-\n    {\n\n    "type": "macvlan",\n\n    "mtu": "1500"\n    }'],
    ['single quotes on one line', `'{"type": "macvlan", "mtu": "1500"}'`],
    ['single quotes over lines', `'{\n      "type": "macvlan",\n\n      "mtu": "1500"\n    }'`],
    ['single quotes, under-indented', `'{\n "type": "macvlan",\n"mtu": "1500"\n}'`],
    ['single quotes with tabs', `'{\n\t"type": "macvlan",\n\t"mtu": "1500"\n    }'`],
    ['single quotes with one inside', `'{"x": "it''s", "type": "macvlan", "mtu": "1500"}'`],
    ['a block with CRLF', '|\r\n    {\r\n      "type": "macvlan",\r\n      "mtu": "1500"\r\n    }\r'],
  ])('%s', async (_, config) => {
    expect(await at(nadText(config), MTU)).toBe('"1500"');
    expect(await at(nadText(config), MTU, 'key')).toBe('"mtu"');
    expect(await underlined(nadText(config))).toContain('json/wrong-type:"1500"');
  });

  test('double quotes, where every quote is escaped', async () => {
    const text = nadText(String.raw`"{\"type\": \"macvlan\", \"x\": \"\u00e9\", \"mtu\": \"1500\"}"`);
    expect(await at(text, MTU)).toBe(String.raw`\"1500\"`);
    const lines = nadText('"{\\"type\\": \\"macvlan\\",\\\n      \\"mtu\\":\n      \\"1500\\"}"');
    expect(await at(lines, MTU)).toBe(String.raw`\"1500\"`);
  });

  test('a plain scalar', async () => {
    expect(await at('kind: NetworkAttachmentDefinition\nspec: {config: a b}\n', ['spec', 'config'])).toBe('a b');
  });

  test('a flow mapping, a list, an alias and a merge', async () => {
    const text = 'kind: NetworkAttachmentDefinition\nbase: &b {x: one}\nspec:\n  <<: *b\n  list: [a, bb]\n  same: *b\n';
    expect(await at(text, ['spec', 'x'])).toBe('one');
    expect(await at(text, ['spec', 'list', 1])).toBe('bb');
    expect(await at(text, ['spec', 'same', 'x'])).toBe('one');
  });

  test('JSON in a string of JSON', async () => {
    const inner = JSON.stringify({ type: 'macvlan', mtu: '1500' });
    const text = JSON.stringify({ kind: 'NetworkAttachmentDefinition', spec: { config: inner } });
    expect(await at(text, MTU, 'value', 'nad.json')).toBe(String.raw`\"1500\"`);
  });

  test('a bare file, and one behind a byte order mark', async () => {
    expect(await at('{"type": "macvlan",\n "mtu": "1500"}', ['mtu'], 'value', '10.conf')).toBe('"1500"');
    const [finding] = (
      await findingsOf('\ufeff{"cniVersion": "1.0.0", "type": "macvlan", "mtu": "1500"}', { file: 'x.conf' })
    ).filter(({ rule }) => rule === 'json/wrong-type');
    expect(finding).toMatchObject({ line: 1, column: 51, endColumn: 57, path: 'mtu' });
  });

  test('a second document, a list, and what is not there', async () => {
    const list = `---\n# nothing\n---\napiVersion: v1\nkind: List\nitems:\n- ${nadText('\'{"type": "macvlan", "mtu": "9"}\'').trimEnd().replaceAll('\n', '\n  ')}\n`;
    const [finding] = (await findingsOf(list)).filter(({ rule }) => rule === 'json/wrong-type');
    expect(finding).toMatchObject({
      line: 13,
      path: 'items[0].spec.config.mtu',
      namespace: 'default',
      name: 'tenant-a',
    });
    expect(await at(nadText("'{}'"), ['spec', 'config', 'ipam', 'range'])).toBe('config');
    expect(await at(nadText("'{}'"), ['nowhere'])).toBe('a');
  });
});

describe('scalars', () => {
  const text = fc
    .array(fc.constantFrom('a', '"x"', "'", ': 1', '{', '}', '\n', '\n\n', '  ', ' ', '\\', 'é', '#'), {
      minLength: 1,
      maxLength: 20,
    })
    .map((parts) => parts.join(''));
  const STYLES: readonly [ScalarStyle, string][] = [
    ['literal', 'BLOCK_LITERAL'],
    ['folded', 'BLOCK_FOLDED'],
    ['single', 'QUOTE_SINGLE'],
    ['double', 'QUOTE_DOUBLE'],
  ];

  test.each(STYLES)('%s: each character is where it is written', (style, type) => {
    fc.assert(
      fc.property(text, (value) => {
        const document = new YAML.Document({ k: { c: value } });
        const scalar = document.getIn(['k', 'c'], true) as YAML.Scalar;
        scalar.type = type as YAML.Scalar.Type;
        const source = document.toString({ lineWidth: 0 });
        const parsed = YAML.parseDocument(source).getIn(['k', 'c'], true) as YAML.Scalar;
        // The library falls back to another style where the asked one cannot say it.
        fc.pre(parsed.type === type && parsed.value === value);
        const [from = 0, to = 0] = parsed.range ?? [];
        const decoded = decodeScalar(source, from, to, style, value);
        expect(decoded.text).toBe(value);
        expect(decoded.lined).toHaveLength(value.length);
        for (let i = 0; i < value.length; i++) {
          if (/[\n '"\\é]/.test(value[i] ?? '')) continue;
          const { from: start, to: end } = decoded.places.span({ from: i, to: i + 1 });
          expect(source.slice(start, end)).toBe(value[i]);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
