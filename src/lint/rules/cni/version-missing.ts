import { defineRule, type Edit, type NetworkSubject } from '../../model.js';
import { nadWith } from '../examples.js';
import { hasOtherCase } from './given-name.js';
import { IMPLIED, incompatible, strictestPlugin, versionFor } from './versions.js';

export const versionMissing = defineRule({
  id: 'cni/version-missing',
  severity: 'warning',
  title: 'a configuration without a cniVersion',
  why: 'It counts as 0.1.0, whose result has one address of a family at most and no interfaces: the status of the pod shows neither the name of the interface nor its MAC address. Plugins that came later refuse it.',
  over: 'network',
  judges: 'shape',
  needs: ['values'],
  fix: { kind: 'safe', text: 'write 0.3.1; 1.0.0 for OVN-Kubernetes, 0.4.0 for the firewall plugin' },
  bad: nadWith('  "cniVersion": "0.3.1",\n', ''),
  good: nadWith(),
  source: 'containernetworking/cni 3f51e88 SPEC.md, pkg/version/conf.go',
  *check({ subject }) {
    const { form, conf, path } = subject;
    const written = conf['cniVersion'];
    if (form === 'ipam' || (form === 'conf' && subject.mainType === undefined)) return;
    if (hasOtherCase(subject, 'cniVersion') || hasVersions(subject)) return;
    if (written !== undefined && written !== null && written !== '') return;
    const refusing = strictestPlugin(subject);
    const edit: Edit = Object.hasOwn(conf, 'cniVersion')
      ? { kind: 'set', path: [...path, 'cniVersion'], value: versionFor(subject) }
      : { kind: 'insert', path, key: 'cniVersion', value: versionFor(subject) };
    yield {
      at: { path: [...path, 'cniVersion'] },
      ...(refusing !== undefined && { severity: 'error' }),
      message: `cniVersion is missing and counts as ${IMPLIED}${refusing === undefined ? '' : `, which ${refusing.type} refuses`}`,
      upstream: refusing === undefined ? null : incompatible(IMPLIED, refusing.version),
      edits: subject.isBroken ? [] : [edit],
    };
  },
});

/** Since CNI 1.1 a list may name several versions, of which the newest known one counts. */
function hasVersions({ form, conf }: NetworkSubject): boolean {
  const versions = conf['cniVersions'];
  return form === 'list' && Array.isArray(versions) && versions.length > 0;
}
