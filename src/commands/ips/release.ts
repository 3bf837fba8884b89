import * as Flags from '@oclif/core/flags';
import { readFile } from 'node:fs/promises';
import { inventoryOptions, podOf } from '../../cli/base.js';
import { duration, namespaceFlags, outputFlags, repeated, sourceFlags, variableOf } from '../../cli/flags.js';
import { ReleaseCommand, type FoundTargets } from '../../cli/release-command.js';
import { releaseFlags } from '../../cli/releasing.js';
import { LIST_FORMATS } from '../../cli/result.js';
import type { ClusterReader } from '../../cluster/port.js';
import { InputFailure, UsageFailure } from '../../errors.js';
import { Address } from '../../net/address.js';
import { asAgreed, choose, decideChosen, mayBeMeant, type Chosen, type Permits } from '../../reconcile/chosen.js';
import { withNode } from '../../reconcile/list-ips.js';
import { isSelected, planOf, type Selection } from '../../reconcile/plan.js';
import { agreed, parseReports, type Report } from '../../reconcile/report.js';
import { survey, type Survey } from '../../reconcile/survey.js';
import { VERDICTS } from '../../reconcile/verdict.js';

const SOURCES = [
  'ipamctl ips release 192.168.2.10',
  'ipamctl ips release --pool NAME --key KEY     a key that is no address',
  'ipamctl ips release --from-report FILE     what a report lists',
];

export default class IpsRelease extends ReleaseCommand {
  static override summary = 'release chosen addresses: some by name, or what reports list';
  static override description =
    'Judges each address afresh, and releases it as reconcile --now does: with a journal, a look at the owner before and after, and its reservation. What is stale goes; everything else needs the flag that says so. Of several reports only what all of them list goes.';
  static override examples = [
    '<%= config.bin %> ips release 192.168.2.10',
    '<%= config.bin %> ips release 10.40.0.4 fd00:40::4 --pod telco/upf-3 --yes',
    '<%= config.bin %> ips release 192.168.2.4 --force --live',
    '<%= config.bin %> ips release --pool 10.90.0.0-24 --key seven --force --yes',
    '<%= config.bin %> ips release --from-report monday.json --from-report tuesday.json --max-age 2d --yes',
    '<%= config.bin %> ips release --from-report plan.json --verdict lost --include-lost --node node-c --yes',
  ];
  static override strict = false;
  static override usage = 'ips release [IP...] [FLAGS]';
  static override flags = {
    ...sourceFlags,
    ...namespaceFlags('only addresses of pods in this namespace'),
    ...outputFlags(LIST_FORMATS),
    ...releaseFlags,
    'from-report': repeated('from-report', 'release what this report lists; of several, what all of them list', 'FILE'),
    'max-age': Flags.string({
      summary: 'how old a report may be, such as 30m or 2d',
      helpValue: 'DURATION',
      default: '1h',
      env: variableOf('max-age'),
    }),
    pool: repeated('pool', 'only in this pool; may be given several times', 'NAME'),
    key: repeated('key', 'this key of the pool, be it an address or not; may be given several times', 'KEY'),
    network: repeated('network', 'only of this network name; may be given several times', 'NAME'),
    pod: Flags.string({
      summary: 'only what is held for this pod',
      helpValue: 'NAMESPACE/NAME',
      env: variableOf('pod'),
    }),
    node: Flags.string({
      summary: 'of a report only what is held for pods on this node',
      helpValue: 'NAME',
      env: variableOf('node'),
    }),
    verdict: Flags.string({
      summary: 'of a report only what has this verdict now; may be given several times',
      options: [...VERDICTS],
      helpValue: 'VERDICT',
      env: variableOf('verdict'),
      multiple: true,
      multipleNonGreedy: true,
    }),
    'include-completed': Flags.boolean({ summary: 'also what is finished: of pods that Succeeded or Failed' }),
    'include-lost': Flags.boolean({ summary: 'also what is lost: of pods that went with their node' }),
    force: Flags.boolean({ summary: 'also what is kept for a StatefulSet or a migration, or malformed' }),
    live: Flags.boolean({ summary: 'with --force also what is live, pending or unknown' }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(IpsRelease);
    const addresses = argv.map((text) => addressOf(String(text)));
    const { pool: pools, key: keys = [], network: networks, namespace, pod, node } = flags;
    const files = flags['from-report'] ?? [];
    const maxAgeMs = duration('--max-age', flags['max-age']);
    if (pod !== undefined) podOf(pod);
    const verdicts = VERDICTS.filter((verdict) => flags.verdict?.includes(verdict) === true);
    const permits: Permits = {
      includeCompleted: flags['include-completed'],
      includeLost: flags['include-lost'],
      force: flags.force,
      live: flags.live,
      verdicts: verdicts.length === 0 ? undefined : verdicts,
    };
    refuseContradictions({ named: addresses.length + keys.length, keys, files, pools, node, permits });
    const selection: Selection = { pools, networks, namespace, uids: null };
    const named = { addresses, keys, pod, selection };
    const reports: Report[][] = [];
    for (const file of files) reports.push(await readReport(file));

    const find = async (reader: ClusterReader): Promise<FoundTargets> => {
      const identity = await reader.identity();
      const reported =
        files.length === 0 ? null : agreed(reports, { clusterUid: identity.uid, now: reader.now(), maxAgeMs });
      const isMeant = mayBeMeant(named);
      const read = await survey(reader, {
        ...inventoryOptions(flags),
        only: () => (claim) =>
          reported === null
            ? isMeant(claim)
            : reported.has(claim) && isSelected(claim, selection) && (pod === undefined || claim.podref === pod),
      });
      const found = node === undefined ? read : onNode(await withNode(reader, read, node), node);
      const { targets, notes } =
        reported === null ? choose(found, named, permits) : ofReports(found, permits, reported.identities.size);
      return {
        survey: found,
        targets,
        notes,
        mayRelease: asAgreed(targets),
        mustType: targets.flatMap(({ claim, verdict }) => {
          if (verdict !== 'live') return [];
          const answer = `${claim.address?.toString() ?? ''} ${claim.podref}`;
          return [{ question: `${claim.podref} uses it. Type "${answer}" to take it away:`, answer }];
        }),
        describe: (outcomes) =>
          planOf(
            found,
            identity,
            { all: true, decide: (judged) => decideChosen(judged, permits) },
            selection,
            this.config.version,
            outcomes,
          ),
      };
    };
    await this.presentRelease(flags, { command: 'ips release', needsYes: 'ips release', find });
  }
}

function addressOf(text: string): Address {
  const address = Address.parse(text);
  if (address === undefined) throw new UsageFailure(`"${text}" is no IP address`, { hints: SOURCES });
  return address;
}

function refuseContradictions(asked: {
  readonly named: number;
  readonly keys: readonly string[];
  readonly files: readonly string[];
  readonly pools: readonly string[] | undefined;
  readonly node: string | undefined;
  readonly permits: Permits;
}): void {
  const { named, keys, files, pools, node, permits } = asked;
  if (named === 0 && files.length === 0)
    throw new UsageFailure('name an address, a key or a report', { hints: SOURCES });
  if (named > 0 && files.length > 0) throw new UsageFailure('addresses and --from-report exclude each other');
  if (keys.length > 0 && pools?.length !== 1) throw new UsageFailure('--key needs the one --pool that has it');
  if (permits.live && !permits.force) throw new UsageFailure('--live needs --force');
  if (files.length === 0) {
    const narrowing = node !== undefined ? '--node' : permits.verdicts !== undefined ? '--verdict' : undefined;
    if (narrowing !== undefined) throw new UsageFailure(`${narrowing} narrows a report, and there is none`);
  } else if (permits.force && permits.verdicts === undefined) {
    throw new UsageFailure('--force needs --verdict with --from-report', {
      hints: ['--verdict kept     says which are to go; may be given several times'],
    });
  }
}

async function readReport(file: string): Promise<Report[]> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (cause) {
    throw new InputFailure(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  return parseReports(file, content);
}

function onNode(found: Survey, node: string): Survey {
  return { ...found, claims: found.claims.filter(({ nodeName }) => nodeName === node) };
}

function ofReports(found: Survey, permits: Permits, listed: number): Chosen {
  const targets = found.claims.filter((judged) => decideChosen(judged, permits).action === 'release');
  const others = listed - found.claims.length;
  const notes = others > 0 ? [`${others} of ${listed} in the reports are not there any more, or not asked for.`] : [];
  return { targets, notes };
}
