import * as Flags from '@oclif/core/flags';
import { variableOf } from './flags.js';

/** Where the journals are. */
export const journalFlag = {
  journal: Flags.string({
    summary: 'directory of the journals; else ipamctl in XDG_STATE_HOME or ~/.local/state',
    helpValue: 'DIR',
    env: variableOf('journal'),
  }),
};
