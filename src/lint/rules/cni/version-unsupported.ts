import { defineRule, type Draft, type NetworkSubject } from '../../model.js';
import { nadWith } from '../examples.js';
import { incompatible, isKnown, isOlder, strictestPlugin, versionFor } from './versions.js';

export const versionUnsupported = defineRule({
  id: 'cni/version-unsupported',
  severity: 'error',
  title: 'a cniVersion that a plugin does not take',
  why: 'Plugins compare the version with a list, word for word: 1.0 is not 1.0.0. bandwidth begins with 0.3.0, vrf with 0.3.1 and firewall with 0.4.0. Pods that attach fail to start.',
  over: 'network',
  judges: 'shape',
  needs: ['values'],
  fix: { kind: 'safe', text: 'write the version that was meant, or the oldest one that all plugins take' },
  bad: nadWith('"0.3.1"', '"0.3.2"'),
  good: nadWith(),
  source: 'containernetworking/cni v1.3.0 pkg/version/reconcile.go; containernetworking/plugins v1.9.0 plugins/meta',
  *check({ subject }) {
    const written = subject.conf['cniVersion'];
    if (subject.form === 'ipam' || typeof written !== 'string' || written === '') return;
    const strictest = strictestPlugin(subject);
    if (!isKnown(written)) {
      yield replaced(subject, written, `"${written}" is no version of CNI`, incompatible(written));
    } else if (strictest !== undefined && isOlder(written, strictest.version)) {
      const message = `${strictest.type} does not take ${written}, but ${strictest.version} and newer`;
      yield replaced(subject, written, message, incompatible(written, strictest.version));
    }
  },
});

function replaced(network: NetworkSubject, written: string, message: string, upstream: string): Draft {
  const path = [...network.path, 'cniVersion'];
  return { at: { path }, message, upstream, edits: [{ kind: 'set', path, value: meantBy(network, written) }] };
}

/** `1.0`, `v1.0.0` and the like say which version is meant; of any other the usual one is taken. */
function meantBy(network: NetworkSubject, written: string): string {
  const bare = written.trim().replace(/^[vV]/, '');
  const usual = versionFor(network);
  const meant = [bare, `${bare}.0`].find(isKnown);
  return meant === undefined || isOlder(meant, strictestPlugin(network)?.version ?? meant) ? usual : meant;
}
