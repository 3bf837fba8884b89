import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { unifiedDiff } from '../../src/render/diff.js';
import { lint } from '../../src/lint/engine.js';
import { defineRule, type AnyRule, type Edit } from '../../src/lint/model.js';
import { readDocuments } from '../../src/lint/read-document.js';
import { RULES } from '../../src/lint/registry.js';
import { sourceFile } from '../../src/lint/source/document.js';
import { fixed, nadText } from './support.js';

describe('repairs', () => {
  test('change what was reported and nothing else: comments, order, quoting, line ends, byte order mark', async () => {
    const text = `\ufeff# head\r\n${nadText('|-\n    {\n      "type": "macvlan",   \n      "mtu": "1500", // odd\n      \'mode\': bridge,\n    }  ').replaceAll('\n', '\r\n')}# end`;
    const good = text.replace('"1500", // odd', '1500,').replace("'mode': bridge,", '"mode": "bridge"');
    expect(await fixed(text)).toBe(good);
  });

  test.each<[string, string, string]>([
    ['in single quotes', `'{"type": "sriov", "spoofchk": true}'`, `'{"type": "sriov", "spoofchk": "on"}'`],
    [
      'in double quotes',
      String.raw`"{\"type\": \"sriov\", \"vlan\": \"7\", \"trust\": false}"`,
      String.raw`"{\"type\": \"sriov\", \"vlan\": 7, \"trust\": \"off\"}"`,
    ],
    ['in single quotes, a quote to be doubled', `'{"type": "x", "a": it is}'`, `'{"type": "x", "a": "it" is}'`],
    ['a block mark before a quote', `> '{"type": "macvlan"}'`, `'{"type": "macvlan"}'`],
    ['quotes in a block', `|-\n    '{"type": "macvlan"}'`, `|-\n    {"type": "macvlan"}`],
    [
      'under-indented',
      `'{\n  "type": "macvlan",\n  "ipam": {\n    "type": "dhcp"\n  }\n}'`,
      `|-\n    {\n      "type": "macvlan",\n      "ipam": {\n        "type": "dhcp"\n      }\n    }`,
    ],
  ])('%s', async (_, config, good) => {
    expect(await fixed(nadText(config))).toBe(nadText(good));
  });

  test('nothing is written behind a string that has no end: it would become a part of it', async () => {
    const once = await fixed("{kind: NetworkAttachmentDefinition\nmetadata:\n  name: a\nspec:\n  config: '{}\n", RULES);
    expect(once).not.toContain('apiVersion');
    expect(await fixed(once, RULES)).toBe(once);
  });

  test('a template, and what stands in no file, stay as they are', async () => {
    const text = nadText('\'{"type": "macvlan", "master": "$X", "mode": bridge}\'');
    expect(await fixed(text)).toBe(text);
  });

  test.each(RULES.filter(({ fix }) => fix?.kind === 'safe').map((rule) => [rule.id, rule] as const))(
    '%s: its bad example is repaired for good',
    async (id, rule) => {
      const once = await fixed(rule.bad.text, RULES);
      expect(await fixed(once, RULES)).toBe(once);
      const { findings } = await lint(await readDocuments(sourceFile(rule.bad.file ?? 'nad.yaml', once)), {
        rules: RULES,
        profile: 'openshift',
        scope: 'dir',
      });
      // In block YAML nothing tells how many spaces a tab is.
      if (id !== 'yaml/tab-indent') expect(findings.filter(({ finding }) => finding.rule === id)).toEqual([]);
    },
  );

  test('of what is broken at random they are idempotent, and end', async () => {
    const config = JSON.stringify(
      { type: 'macvlan', mtu: '1', ipam: { type: 'whereabouts', range: '192.0.2.0/24' } },
      null,
      2,
    );
    const cut = fc.tuple(
      fc.nat(config.length),
      fc.nat(2),
      fc.constantFrom('', ',', "'", ' <1>', ' // x', '“', 'x', '}'),
    );
    const styles = fc.constantFrom(
      (text: string) => `|-\n    ${text.replaceAll('\n', '\n    ')}`,
      (text: string) => `'${text.replaceAll("'", "''")}'`,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { maxLength: 3 }), styles, async (cuts, style) => {
        const broken = cuts.reduce((now, [at, length, by]) => now.slice(0, at) + by + now.slice(at + length), config);
        const once = await fixed(nadText(style(broken)));
        expect(await fixed(once)).toBe(once);
      }),
      { numRuns: 300 },
    );
  });
});

describe('edits by path', () => {
  const rule = (edit: Edit): AnyRule =>
    defineRule({
      id: 'test/edit',
      severity: 'error',
      title: '',
      why: '',
      needs: [],
      fix: null,
      bad: { text: '' },
      good: { text: '' },
      source: '',
      over: 'object',
      check: ({ subject: { path } }) => [{ at: { path }, message: '', edits: [edit] }],
    });
  const one = (text: string, edit: Edit): Promise<string> => fixed(text, [rule(edit)], 1);
  const block = nadText('|-\n    {\n      "type": "a",\n      "ipam": {"x": 1}\n    }');
  const config = ['spec', 'config'];

  test('of JSON in a block', async () => {
    const path = [...config, 'ipam'];
    expect(await one(block, { kind: 'insert', path: config, key: 'name', value: 'n' })).toContain(
      '{"x": 1},\n      "name": "n"\n    }',
    );
    expect(await one(block, { kind: 'insert', path, key: 'y', value: [2] })).toContain('{"x": 1, "y": [2]}');
    expect(await one(block, { kind: 'rename', path, key: 'ipam2' })).toContain('"ipam2": {"x": 1}');
    expect(await one(block, { kind: 'set', path, value: {} })).toContain('"ipam": {}\n');
    expect(await one(block, { kind: 'remove', path })).toContain('"type": "a"\n    }');
    expect(await one(block, { kind: 'remove', path: [...config, 'type'] })).toContain('{\n      "ipam": {"x": 1}\n');
  });

  test('of JSON in quotes', async () => {
    const quoted = nadText(`'{"type": "a", "l": [1, 2]}'`);
    expect(await one(quoted, { kind: 'remove', path: [...config, 'l', 0] })).toContain('"l": [2]');
    expect(await one(quoted, { kind: 'set', path: [...config, 'type'], value: "it's" })).toContain(`"type": "it''s"`);
    const double = nadText(String.raw`"{\"type\": \"a\"}"`);
    expect(await one(double, { kind: 'insert', path: config, key: 'n', value: 'b' })).toContain(
      String.raw`\"a\", \"n\": \"b\"}`,
    );
  });

  test('of YAML', async () => {
    expect(await one(block, { kind: 'set', path: ['metadata', 'name'], value: 'tenant-b' })).toContain(
      '  name: tenant-b\n',
    );
    expect(await one(block, { kind: 'rename', path: ['spec', 'config'], key: 'Config' })).toContain('  Config: |-\n');
    expect(await one(block, { kind: 'remove', path: ['metadata', 'namespace'] })).toBe(
      block.replace('  namespace: default\n', ''),
    );
    expect(await one(block, { kind: 'insert', path: ['metadata'], key: 'labels', value: {} })).toContain(
      'metadata:\n  labels: {}\n  name',
    );
  });

  test('that cannot be made change nothing', async () => {
    for (const edit of [
      { kind: 'set', path: ['nowhere'], value: 1 },
      { kind: 'set', path: config, value: 1 },
      { kind: 'remove', path: [] },
      { kind: 'rename', path: [], key: 'x' },
      { kind: 'insert', path: ['kind'], key: 'x', value: 1 },
    ] as const) {
      expect(await one(block, edit)).toBe(block);
    }
  });
});

describe('the diff', () => {
  test('is one that patch takes', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
    const after = [...lines.slice(0, 5), 'new', ...lines.slice(6, 25), ...lines.slice(26)];
    expect(unifiedDiff('f', `${lines.join('\n')}\n`, `${after.join('\n')}\n`)).toBe(
      '--- f\n+++ f\n@@ -3,7 +3,7 @@\n line 2\n line 3\n line 4\n-line 5\n+new\n line 6\n line 7\n line 8\n' +
        '@@ -23,7 +23,6 @@\n line 22\n line 23\n line 24\n-line 25\n line 26\n line 27\n line 28\n',
    );
    expect(unifiedDiff('f', 'a\n', 'a\n')).toBe('');
  });
});
