import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InputFailure, UsageFailure } from '../../errors.js';
import { BaseCommand } from '../../cli/base.js';
import { connectionFlags, outputFlags, variableOf } from '../../cli/flags.js';
import type { OutputFormat } from '../../render/output.js';
import { snapshotClosing, snapshotTable } from '../../render/snapshot.js';
import { saveSnapshot } from '../../snapshot/save.js';

const FORMATS: readonly OutputFormat[] = ['table', 'wide', 'json', 'yaml', 'jsonpath'];

/** Too short a key could be guessed from the hashes. */
const MIN_KEY_BYTES = 16;

async function keyOf(redact: boolean, file: string | undefined): Promise<Buffer | null> {
  if (file === undefined) return redact ? randomBytes(32) : null;
  if (!redact) throw new UsageFailure('--redact-key says how --redact hashes', { hints: ['add --redact'] });
  let key: Buffer;
  try {
    key = await readFile(file);
  } catch (error) {
    throw new InputFailure(`--redact-key ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (key.length >= MIN_KEY_BYTES) return key;
  throw new InputFailure(`--redact-key ${file} holds fewer than ${MIN_KEY_BYTES.toString()} bytes`, {
    hints: ['make one: head -c 32 /dev/urandom > FILE'],
  });
}

export default class SnapshotSave extends BaseCommand {
  static override summary = 'save what ipamctl reads of a cluster, for --from';
  static override description =
    'Every command gives the same answer from a snapshot as from the cluster at that moment. No Secrets are read, and ' +
    'of each object only what ipamctl reads is kept: no environment variables, no managed fields. With --redact names ' +
    'are hashed and addresses kept. Exit code 6: some kinds could not be read; the snapshot says which and why.';
  static override examples = [
    '<%= config.bin %> snapshot save lab.tar.gz',
    '<%= config.bin %> snapshot save lab --context lab-admin',
    '<%= config.bin %> snapshot save case-1234.tar.gz --redact',
  ];
  static override args = {
    path: Args.string({ required: true, description: 'a directory that is empty or new, or a file FILE.tar.gz' }),
  };
  static override flags = {
    force: Flags.boolean({ summary: 'replace an earlier snapshot of that name' }),
    redact: Flags.boolean({
      summary: 'hash names of namespaces, pods, nodes and networks; the same name gives the same hash',
      env: variableOf('redact'),
    }),
    'redact-key': Flags.string({
      summary: 'key of the hashes, so that several snapshots have the same; made up otherwise, and not kept',
      helpValue: 'FILE',
      env: variableOf('redact-key'),
    }),
    ...connectionFlags,
    ...outputFlags(FORMATS),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SnapshotSave);
    const { path } = args;
    const redactKey = await keyOf(flags.redact, flags['redact-key']);
    const options = { path, force: flags.force, redactKey, toolVersion: this.config.version };
    await this.presentFrom(flags, FORMATS, async (reader) => {
      const result = await saveSnapshot(reader, options);
      return {
        document: result,
        human: (view) => snapshotTable(result, view),
        closing: snapshotClosing(result),
        warnings: result.warnings,
        exitCode: result.incomplete ? 6 : 0,
      };
    });
  }
}
