import { jsonTypeOf } from '../../../cni/go-json.js';
import { defineRule, type Edit } from '../../model.js';
import type { Path } from '../../path.js';
import { nadWith } from '../examples.js';
import { isKnown } from './versions.js';

export const versionNumber = defineRule({
  id: 'cni/version-number',
  severity: 'error',
  title: 'a cniVersion that is not a string',
  why: 'The version is a text of three parts, such as "1.0.0". libcni refuses a number, and so does every plugin: pods that attach fail to start.',
  over: 'network',
  judges: 'shape',
  needs: ['values'],
  fix: { kind: 'safe', text: 'write the version as a string, in three parts' },
  bad: nadWith('"0.3.1"', '1.0'),
  good: nadWith(),
  source: 'containernetworking/cni 3f51e88 libcni/conf.go, pkg/types/types.go',
  *check({ subject: { form, conf, path } }) {
    const written = conf['cniVersion'];
    if (form === 'ipam' || written === undefined || written === null || typeof written === 'string') return;
    const is = jsonTypeOf(written);
    const at = [...path, 'cniVersion'];
    yield {
      at: { path: at },
      message: `cniVersion is ${is === 'array' || is === 'object' ? 'an' : 'a'} ${is}, and must be a string in three parts`,
      upstream:
        form === 'list'
          ? `error parsing configuration list: invalid cniVersion type ${is === 'number' ? 'float64' : is}`
          : `json: cannot unmarshal ${is} into Go struct field PluginConf.cniVersion of type string`,
      edits: typeof written === 'number' ? editOf(at, written) : [],
    };
  },
});

/** 1.0 is 1 in JSON. */
function editOf(path: Path, written: number): Edit[] {
  const meant = [`${written}.0`, `${written}.0.0`].find(isKnown);
  return meant === undefined ? [] : [{ kind: 'set', path, value: meant }];
}
