import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand, exitCodeFor, inventoryOptions, podOf } from '../../cli/base.js';
import { outputFlags, sourceFlags } from '../../cli/flags.js';
import { OBJECT_FORMATS } from '../../cli/result.js';
import { UsageFailure } from '../../errors.js';
import { Address } from '../../net/address.js';
import { showAddress, showPod } from '../../reconcile/show-ip.js';
import { ipClosing, ipScreen } from '../../render/ip.js';
import { names } from '../../render/output.js';

export default class IpsShow extends BaseCommand {
  static override summary = 'tell everything known of one address, or of the addresses of a pod';
  static override description =
    'Pool, key, owner, interface, node, reservation, verdict and evidence; other pools and pods that hold or show it.';
  static override examples = [
    '<%= config.bin %> ips show 192.168.2.10',
    '<%= config.bin %> ips show --pod telco/upf-0',
  ];
  static override args = { ip: Args.string({ description: 'an IPv4 or IPv6 address' }) };
  static override flags = {
    ...sourceFlags,
    ...outputFlags(OBJECT_FORMATS),
    pod: Flags.string({ summary: 'the addresses that this pod holds or shows', helpValue: 'NAMESPACE/NAME' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(IpsShow);
    const subject = subjectOf(args.ip, flags.pod);
    await this.presentFrom(flags, OBJECT_FORMATS, async (reader) => {
      const options = inventoryOptions(flags);
      const report =
        subject instanceof Address
          ? await showAddress(reader, subject, options)
          : await showPod(reader, subject, options);
      const warnings = [...report.warnings, ...reader.notes];
      return {
        document: { ...report, warnings },
        human: (view) => ({ text: ipScreen(report, view.screen, new Date()), hiddenColumns: [] }),
        names: () =>
          names(
            'ip',
            report.holders.map(({ address, key }) => ({ name: address ?? key })),
          ),
        closing: ipClosing(report),
        warnings,
        exitCode: exitCodeFor(report.incomplete),
      };
    });
  }
}

function subjectOf(ip: string | undefined, pod: string | undefined): Address | { namespace: string; name: string } {
  if ((ip === undefined) === (pod === undefined)) {
    throw new UsageFailure('name an address, or a pod with --pod', { hints: ['ipamctl ips show 192.168.2.10'] });
  }
  if (pod !== undefined) {
    return podOf(pod);
  }
  const address = Address.parse(ip ?? '');
  if (address === undefined) {
    const [bare, ...rest] = (ip ?? '').split('/');
    const hints = rest.length > 0 && Address.parse(bare ?? '') !== undefined ? [`ipamctl ips show ${bare ?? ''}`] : [];
    throw new UsageFailure(`"${ip ?? ''}" is no IP address`, { hints });
  }
  return address;
}
