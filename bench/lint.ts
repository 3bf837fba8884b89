/** `nad lint` beside `kubeconform -n 1`, which checks the same files against a schema. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildProgram } from '../test/oracle/oracle.js';
import type { Subject } from './measure.js';

/** What is linted, as many as wanted, and where; `remove` takes it away again. */
export interface LintBench {
  readonly files: readonly Subject[];
  readonly documents: readonly Subject[];
  remove(): void;
}

const SCHEMA = {
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object', required: ['name'] },
    spec: { type: 'object', properties: { config: { type: 'string' } } },
  },
};

/** Writes so many NADs of about 500 bytes without a finding, as a file each and as the documents of one file. */
export function lintBench(count: number, ipamctl: (args: readonly string[]) => Subject): LintBench {
  const kubeconform = buildProgram(
    'kubeconform',
    fileURLToPath(new URL('./kubeconform/', import.meta.url)),
    'from its module (some seconds)',
    'github.com/yannh/kubeconform/cmd/kubeconform',
  );
  const folder = mkdtempSync(join(tmpdir(), 'ipamctl-bench-lint-'));
  const schema = join(folder, 'schema.json');
  const files = join(folder, 'files');
  const documents = join(folder, 'documents.yaml');
  mkdirSync(files);
  const nads = Array.from({ length: count }, (_, index) => nad(index));
  for (const [index, text] of nads.entries()) writeFileSync(join(files, `${index.toString()}.yaml`), text);
  writeFileSync(documents, nads.join('---\n'));
  writeFileSync(schema, JSON.stringify(SCHEMA));
  const both = (path: string): Subject[] => [
    { name: 'kubeconform -n 1', argv: [kubeconform, '-n', '1', '-schema-location', schema, path] },
    ipamctl(['nad', 'lint', path]),
  ];
  return {
    files: both(files),
    documents: both(documents),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Each has a network and a range of its own: two of one network would be compared, which kubeconform does not. */
function nad(index: number): string {
  const [low, high] = [index % 250, Math.floor(index / 250) % 250].map(String);
  const name = `net-${index.toString().padStart(6, '0')}`;
  return `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata:
  name: ${name}
  namespace: tenant-${(index % 100).toString()}
spec:
  config: |-
    {
      "cniVersion": "0.3.1",
      "name": "${name}",
      "type": "macvlan",
      "master": "ens${index.toString()}",
      "mode": "bridge",
      "ipam": {
        "type": "whereabouts",
        "range": "10.${high ?? ''}.${low ?? ''}.0/24",
        "range_start": "10.${high ?? ''}.${low ?? ''}.10",
        "range_end": "10.${high ?? ''}.${low ?? ''}.200"
      }
    }
`;
}
