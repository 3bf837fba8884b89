import * as Args from '@oclif/core/args';
import { BaseCommand, exitCodeFor, inventoryOptions } from '../../cli/base.js';
import { outputFlags, sourceFlags } from '../../cli/flags.js';
import { OBJECT_FORMATS } from '../../cli/result.js';
import { findPool } from '../../pools/find.js';
import { showPool } from '../../reconcile/show-pool.js';
import { survey } from '../../reconcile/survey.js';
import { nearest } from '../../render/nearest.js';
import { names } from '../../render/output.js';
import { poolScreen, poolScreenClosing } from '../../render/pool.js';

export default class PoolsShow extends BaseCommand {
  static override summary = 'show one pool: windows, usage, a map of its addresses, owners with their verdicts';
  static override examples = [
    '<%= config.bin %> pools show 192.168.2.0-27',
    '<%= config.bin %> pools show openshift-multus/bignet-10.20.0.0-16 -o wide',
  ];
  static override args = {
    pool: Args.string({ required: true, description: 'NAME or NAMESPACE/NAME of an IPPool' }),
  };
  static override flags = { ...sourceFlags, ...outputFlags(OBJECT_FORMATS) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PoolsShow);
    await this.presentFrom(flags, OBJECT_FORMATS, async (reader) => {
      const judged = await survey(reader, {
        ...inventoryOptions(flags),
        only: (inventory) => {
          const pool = findPool(inventory.pools, args.pool, reader, nearest);
          return (claim) => claim.pool === pool;
        },
      });
      const pool = findPool(judged.inventory.pools, args.pool, reader, nearest);
      const shown = showPool(judged, pool);
      const warnings = [...judged.warnings, ...reader.notes];
      return {
        document: { ...shown.report, warnings },
        human: (view) => poolScreen(shown, view),
        names: () => names('ippool.whereabouts.cni.cncf.io', [pool]),
        closing: poolScreenClosing(shown),
        warnings,
        exitCode: exitCodeFor(judged.incomplete),
      };
    });
  }
}
