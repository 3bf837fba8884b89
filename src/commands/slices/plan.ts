import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand, exitCodeFor } from '../../cli/base.js';
import { outputFlags, repeated, variableOf } from '../../cli/flags.js';
import { UsageFailure } from '../../errors.js';
import { planScreen } from '../../render/slice-plan.js';
import { Address } from '../../net/address.js';
import { planRanges, planReport } from '../../whereabouts/plan.js';
import { parseExclude } from '../../whereabouts/window.js';

const FORMATS = ['table', 'wide', 'json', 'yaml', 'jsonpath'] as const;

const count = (name: string, summary: string) =>
  Flags.integer({ summary, helpValue: 'N', min: 1, max: 10_000_000, env: variableOf(name) });

export default class SlicesPlan extends BaseCommand {
  static override summary = 'say what a range will hold: slices, addresses a node, what is wasted, what growth does';
  static override description =
    'Needs no cluster. With --slice-size the range is divided among the nodes, as whereabouts does it with ' +
    'node_slice_size; without, all nodes share it. Exit code 1 when what was asked for finds no room.';
  static override examples = [
    '<%= config.bin %> slices plan 10.0.0.0/16 --slice-size 24 --nodes 20 --pods-per-node 110',
    '<%= config.bin %> slices plan 10.0.0.0/20 --slice-size /26 --nodes 60 -o json',
    '<%= config.bin %> slices plan 192.0.2.0/24 --exclude 192.0.2.0/28 --nodes 3 --pods-per-node 50',
  ];
  static override usage = '<%= command.id %> RANGE… [--slice-size N] [--nodes N] [--pods-per-node N] [FLAGS]';
  static override strict = false;
  static override args = {
    range: Args.string({ required: true, description: 'as in the NAD: 10.0.0.0/16, or 10.0.0.5-10.0.0.99/16' }),
  };
  static override flags = {
    'slice-size': Flags.string({
      summary: 'prefix length of a slice (node_slice_size)',
      helpValue: 'N',
      env: variableOf('slice-size'),
    }),
    nodes: count('nodes', 'how many nodes the cluster has, control plane too'),
    'pods-per-node': count('pods-per-node', 'how many pods of the network the fullest node runs'),
    exclude: repeated('exclude', 'a prefix or address that is not handed out; may be given several times', 'CIDR'),
    'range-start': Flags.string({
      summary: 'first address to hand out',
      helpValue: 'IP',
      env: variableOf('range-start'),
    }),
    'range-end': Flags.string({ summary: 'last address to hand out', helpValue: 'IP', env: variableOf('range-end') }),
    'network-name': Flags.string({
      summary: 'network_name, for the name of the pool',
      helpValue: 'NAME',
      env: variableOf('network-name'),
    }),
    ...outputFlags(FORMATS),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(SlicesPlan);
    await this.present(flags, FORMATS, () => {
      const request = {
        ranges: argv.map(String),
        sliceSize: sizeOf(flags['slice-size']),
        nodes: flags.nodes ?? null,
        podsPerNode: flags['pods-per-node'] ?? null,
        exclude: flags.exclude ?? [],
        rangeStart: flags['range-start'] ?? null,
        rangeEnd: flags['range-end'] ?? null,
        networkName: flags['network-name'] ?? null,
      };
      checkBounds(request);
      const plans = planRanges(request);
      if ('error' in plans) {
        throw new UsageFailure(plans.error, { hints: ['write a range as 10.0.0.0/16 or 10.0.0.5-10.0.0.99/16'] });
      }
      return Promise.resolve({
        document: planReport(plans),
        human: ({ screen }) => ({ text: planScreen(plans, request, screen), hiddenColumns: [] }),
        closing: [],
        warnings: [],
        exitCode: exitCodeFor(
          false,
          plans.some(({ fits }) => !fits),
        ),
      });
    });
  }
}

function sizeOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const [, digits] = /^\/?(\d{1,3})$/.exec(text) ?? [];
  if (digits === undefined) {
    throw new UsageFailure(`--slice-size "${text}" is no length of a prefix`, { hints: ['write it as 24 or /24'] });
  }
  return Number(digits);
}

/** whereabouts passes over much of this without a word; at a prompt it is a slip. */
function checkBounds(request: {
  readonly ranges: readonly string[];
  readonly exclude: readonly string[];
  readonly rangeStart: string | null;
  readonly rangeEnd: string | null;
}): void {
  const { ranges, exclude, rangeStart, rangeEnd } = request;
  const bounds = { '--range-start': rangeStart, '--range-end': rangeEnd };
  for (const [flag, text] of Object.entries(bounds)) {
    if (text !== null && Address.parseSloppy(text) === undefined) {
      throw new UsageFailure(`${flag} "${text}" is no address`);
    }
  }
  const bad = exclude.find((text) => parseExclude(text) === undefined);
  if (bad !== undefined) throw new UsageFailure(`--exclude "${bad}" is neither a prefix nor an address`);
  const isBounded = exclude.length > 0 || rangeStart !== null || rangeEnd !== null;
  if (isBounded && ranges.length > 1) {
    throw new UsageFailure('--exclude, --range-start and --range-end are for one range', {
      hints: ['plan each range by itself'],
    });
  }
}
