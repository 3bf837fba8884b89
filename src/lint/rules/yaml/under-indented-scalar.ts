import { defineRule } from '../../model.js';
import { quotedNad } from '../examples.js';
import { readingProblems } from './reading.js';

export const underIndentedScalar = defineRule({
  id: 'yaml/under-indented-scalar',
  severity: 'info',
  title: 'a quoted text that goes on left of its key',
  why: 'kubectl, Go and Python read it; the YAML libraries of editors, pipelines and JavaScript refuse the file.',
  over: 'document',
  about: ['under-indented-scalar'],
  needs: [],
  fix: { kind: 'safe', text: 'write the text as a block (config: |-)' },
  bad: quotedNad(`'{
      "cniVersion": "0.3.1", "name": "tenant-a", "type": "macvlan", "master": "eth1"
}'`),
  good: quotedNad(`'{
      "cniVersion": "0.3.1", "name": "tenant-a", "type": "macvlan", "master": "eth1"
    }'`),
  source:
    'yaml 2.9.1 (MISSING_CHAR) and js-yaml 5 refuse what sigs.k8s.io/yaml takes; multus-cni examples/sriov-pod.yml',
  check: ({ subject }) => readingProblems(subject, 'under-indented-scalar'),
});
