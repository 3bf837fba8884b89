import { type AttachmentReading, readAttachment } from '../../asked-networks.js';
import { defineRule, type Edit } from '../../model.js';
import type { Path } from '../../path.js';
import { pod } from './examples.js';

export const nameDots = defineRule({
  id: 'pod/name-dots',
  severity: 'error',
  title: 'a name with dots where multus takes none',
  why: 'Between commas multus takes names without dots only, and the pod does not start. As a JSON list the annotation can name such a network.',
  over: 'attachment',
  needs: ['values'],
  fix: { kind: 'safe', text: 'write the JSON form' },
  bad: pod('tenant.a'),
  good: pod('[{"name": "tenant.a"}]'),
  source: 'multus-cni 95a0932 pkg/k8sclient/k8sclient.go (parsePodNetworkObjectName)',
  supersedes: ['pod/grammar'],
  *check({ subject }) {
    const reading = readAttachment(subject);
    if (reading.form !== 'names') return;
    for (const { name, isDotted } of reading.asked) {
      if (!isDotted) continue;
      yield {
        at: name.at,
        message: `"${name.text}" has dots, and can be named in a JSON list only`,
        upstream: `parsePodNetworkObjectName: Failed to parse: one or more items did not match comma-delimited format (must consist of lower case alphanumeric characters). Must start and end with an alphanumeric character), mismatch @ '${name.text}'`,
        edits: editsOf(reading, subject.path),
      };
    }
  },
});

function editsOf({ asked, problems }: AttachmentReading, path: Path): Edit[] {
  if (problems.length > 0) return [];
  const list = asked.map(({ namespace, name, ifName }) => ({
    name: name.text,
    ...(namespace !== undefined && { namespace }),
    ...(ifName !== undefined && { interface: ifName.text }),
  }));
  return [{ kind: 'set', path, value: JSON.stringify(list) }];
}
