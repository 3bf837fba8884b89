import type { ClusterReader } from '../cluster/port.js';
import type { Inventory } from '../pools/inventory.js';
import { surveySlicesOf } from '../pools/slices.js';
import type { ReportSlicePool } from './document.js';

/** The node slices of a cluster. */
export interface DividedRanges {
  /** null: could not be read. */
  readonly slicePools: readonly ReportSlicePool[] | null;
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}

/** The node slice pools of an inventory, each with its nodes as `slices show` has them. */
export async function reportSlices(reader: ClusterReader, inventory: Inventory): Promise<DividedRanges> {
  const { nodeSlicePools, incomplete, warnings } = inventory;
  // Whoever has no slices needs no right to look at nodes.
  if (nodeSlicePools === null || nodeSlicePools.length === 0) {
    return { slicePools: nodeSlicePools === null ? null : [], incomplete, warnings };
  }
  const survey = await surveySlicesOf(reader, inventory);
  return {
    slicePools: survey.views.map(({ document, nodes }) => ({ ...document, nodes })),
    incomplete: survey.incomplete,
    warnings: survey.warnings,
  };
}
