import type { ClusterReader, KubeObject } from '../cluster/port.js';
import { NADS, PODS } from '../cluster/resources.js';
import type { ClusterApplier, WriteOutcome } from '../cluster/writer.js';
import { ClusterFailure, Failure, RefusedFailure, UsageFailure } from '../errors.js';
import { nadSource } from '../lint/cluster/documents.js';
import type { Profile } from '../lint/model.js';
import type { SourceFile } from '../lint/source/document.js';
import type { Generated } from '../nad/generate/generate.js';
import { safe } from '../render/safe.js';
import { confirm } from './ask.js';
import { type ExitCode, FINDINGS, PARTIAL } from './exit-codes.js';
import { judge, warningsOf } from './generate-run.js';
import { type Io, writeAll } from './io.js';
import type { CommandResult } from './result.js';

/** What an apply came to. */
interface Applied {
  /** As the server has them now; with a dry run, as it would have them. */
  readonly objects: readonly KubeObject[];
  readonly warnings: readonly string[];
  readonly exitCode: ExitCode;
}

/** Formats of what was applied. */
export const APPLIED_FORMATS = ['table', 'json', 'yaml', 'name'] as const;

/** What of the flags an apply looks at. */
export interface ApplyFlags {
  readonly profile: Profile;
  readonly 'dry-run'?: 'client' | 'server' | undefined;
}

/** @throws UsageFailure for a form that is no object of the cluster, and for what belongs to another form */
export function checkForm({ form }: Generated, force: boolean): void {
  if (form === 'cni') {
    throw new UsageFailure('--apply has nothing to apply: --form cni is no object of a cluster', {
      hints: ['--form nad     makes one of it'],
    });
  }
  if (force && form !== 'additional-network') {
    throw new UsageFailure('--force is for --form additional-network');
  }
}

/**
 * Compares with the networks that are there, asks if a person is to be asked, and applies.
 * @param asks whether a person is to be asked
 */
export async function applyTo(
  cluster: ClusterReader & ClusterApplier,
  generated: Generated,
  flags: ApplyFlags,
  io: Io,
  asks: boolean,
): Promise<CommandResult> {
  const namespace = generated.namespace ?? cluster.contextNamespace;
  const existing = await existingNetworks(cluster, { name: generated.name, namespace });
  const found = warningsOf(generated, await judge(generated, flags.profile, existing.sources));
  const warnings = [...existing.warnings, ...found];
  if (asks) {
    // Whoever agrees must have read them.
    await writeAll(
      io.stderr,
      warnings.map((warning) => `Warning: ${safe(warning)}\n`),
    );
    const { name, server } = await cluster.identity();
    const what = generated.documents.map(({ kind }) => String(kind)).join(' and ');
    const where = `cluster "${name}"${server === null ? '' : ` (${server})`}`;
    if (!(await confirm(io, `Apply ${what} ${namespace}/${generated.name} to ${where}?`))) {
      return resultOf({ objects: [], warnings: [], exitCode: FINDINGS }, ['Nothing was applied.'], '');
    }
  }
  const dryRun = flags['dry-run'] === 'server';
  const applied = await applyAll(cluster, generated, namespace, dryRun);
  const said = asks ? applied.warnings : [...warnings, ...applied.warnings];
  return resultOf({ ...applied, warnings: said }, [], dryRun ? ' (server dry run)' : '');
}

function resultOf({ objects, warnings, exitCode }: Applied, closing: readonly string[], suffix: string): CommandResult {
  const [only, ...others] = objects;
  const lines = objects.map((object) => `${nameLine(object)} serverside-applied${suffix}\n`);
  return {
    document: only !== undefined && others.length === 0 ? only : { apiVersion: 'v1', kind: 'List', items: objects },
    human: () => ({ text: lines.join(''), hiddenColumns: [] }),
    names: () => objects.map((object) => `${nameLine(object)}\n`).join(''),
    closing,
    warnings,
    exitCode,
  };
}

/** As kubectl has it. */
function nameLine({ kind = '', metadata: { name = '' } }: KubeObject): string {
  const group = kind === NADS.kind ? `.${NADS.group}` : '';
  return `${kind.toLowerCase()}${group}/${safe(name)}`;
}

/** The networks of a cluster, for comparison. */
export function allNetworks(reader: ClusterReader): Promise<SourceFile[]> {
  return reader.collect(NADS, {}, (object) => nadSource(object, true));
}

/** The networks of a cluster, for comparison; what of them may not be read is said. */
export async function existingNetworks(
  reader: ClusterReader,
  { name, namespace }: { readonly name: string; readonly namespace: string },
): Promise<{ readonly sources: readonly SourceFile[]; readonly warnings: readonly string[] }> {
  try {
    const sources = await reader.collect(NADS, {}, (object) => {
      const isItself = object.metadata.name === name && object.metadata.namespace === namespace;
      return isItself ? undefined : nadSource(object, true);
    });
    return { sources, warnings: [] };
  } catch (failure) {
    if (!(failure instanceof ClusterFailure) || failure.reason !== 'forbidden') throw failure;
    return { sources: [], warnings: [`${failure.message}: it was not compared with other networks`] };
  }
}

/**
 * Applies the network, then the pod.
 * @throws Failure where nothing was applied
 */
async function applyAll(
  writer: ClusterApplier,
  { documents }: Generated,
  namespace: string,
  dryRun: boolean,
): Promise<Applied> {
  const objects: KubeObject[] = [];
  for (const document of documents) {
    const resource = document['kind'] === PODS.kind ? PODS : NADS;
    const object = inNamespace(document as KubeObject, namespace);
    try {
      objects.push(appliedOf(await writer.apply(resource, namespace, object, { dryRun }), object));
    } catch (failure) {
      if (objects.length === 0 || !(failure instanceof Failure)) throw failure;
      return { objects, warnings: [`the pod was not applied: ${failure.message}`], exitCode: PARTIAL };
    }
  }
  return { objects, warnings: [], exitCode: 0 };
}

function inNamespace(object: KubeObject, namespace: string): KubeObject {
  return { ...object, metadata: { ...object.metadata, namespace } };
}

function appliedOf(outcome: WriteOutcome, { kind, metadata: { namespace, name } }: KubeObject): KubeObject {
  const what = `${kind ?? ''} ${namespace ?? ''}/${name ?? ''}`;
  if (outcome.state === 'done') return withoutManagers(outcome.object);
  if (outcome.state === 'uncertain') {
    throw new ClusterFailure(
      'server-error',
      `whether ${what} was applied is not known: ${outcome.why}`,
      {},
      {
        hints: ['run it again: applying twice is applying once'],
      },
    );
  }
  if (outcome.reason !== 'conflict') throw outcome.failure;
  const fields = [...outcome.message.matchAll(/\.(?:spec|metadata)[\w.[\]"/-]*/g)].map(([field]) => field);
  throw new RefusedFailure(
    `${what} is kept by somebody else${fields.length === 0 ? '' : `, who owns ${fields.join(', ')}`}`,
    { facts: [outcome.message], hints: ['change it where it comes from, or choose another --name'] },
  );
}

function withoutManagers(object: KubeObject): KubeObject {
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([key]) => key !== 'managedFields'));
  return { ...object, metadata };
}
