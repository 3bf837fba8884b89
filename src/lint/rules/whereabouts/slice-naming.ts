import { nodeSlicePoolName } from '../../../whereabouts/names.js';
import { textOf } from '../../go-fields.js';
import type { NetworkSubject } from '../../model.js';
import type { WhereaboutsFacts } from '../../whereabouts-facts.js';

/** The name of the NodeSlicePool; undefined where there is none. Of a list the name is not read. */
export function sliceNameOf({ form, conf }: NetworkSubject, { networkName }: WhereaboutsFacts): string | undefined {
  return nodeSlicePoolName({
    networkName: networkName?.text,
    cniName: form === 'conf' ? textOf(conf, 'name') : undefined,
  });
}
