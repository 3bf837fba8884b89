import type { ClusterReader } from '../cluster/port.js';
import { PODS } from '../cluster/resources.js';
import { record, text } from '../cluster/fields.js';
import { objectKey } from '../pools/belonging.js';
import { addressDocument, type AddressDocument } from './documents.js';
import { hasUnanswered } from './plan.js';
import type { JudgedClaim } from './judged.js';
import type { Survey } from './survey.js';

/** Addresses that are held, judged. */
export interface IPList {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'IPList';
  readonly items: readonly AddressDocument[];
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}

/** The held addresses of a survey, those of them that `keep` keeps. */
export function listIps(survey: Survey, keep: (judged: JudgedClaim) => boolean): IPList {
  const claims = survey.claims.filter(keep);
  return {
    apiVersion: 'ipamctl.io/v1',
    kind: 'IPList',
    items: claims.flatMap((judged) => addressDocument(judged, survey) ?? []),
    incomplete: survey.incomplete || hasUnanswered(claims),
    warnings: survey.warnings,
  };
}

/** The survey with this node as the node of every owner that is bound to it. */
export async function withNode(reader: ClusterReader, survey: Survey, node: string): Promise<Survey> {
  const listed = await reader.collect(
    PODS,
    { fieldSelector: `spec.nodeName=${node}`, metadataOnly: true },
    ({ metadata }) => objectKey(metadata.namespace ?? '', metadata.name ?? ''),
  );
  const onNode = new Set(listed);
  const claims = survey.claims.map((judged) =>
    lacksNode(judged) && onNode.has(ownerKey(judged)) ? { ...judged, nodeName: node } : judged,
  );
  return { ...survey, claims };
}

/**
 * The survey with the nodes of all owners: node names are no metadata, so this reads the pods whole and is done only
 * where they are asked for.
 */
export async function withNodeNames(reader: ClusterReader, survey: Survey): Promise<Survey> {
  const wanted = new Set(survey.claims.filter(lacksNode).map(ownerKey));
  if (wanted.size === 0) return survey;
  const nodes = new Map<string, string>();
  const listed = await reader.collect(PODS, {}, (pod) => {
    const key = objectKey(pod.metadata.namespace ?? '', pod.metadata.name ?? '');
    const node = text(record(pod['spec'])['nodeName']);
    return node !== null && wanted.has(key) ? ([key, node] as const) : undefined;
  });
  for (const [key, node] of listed) nodes.set(key, node);
  const claims = survey.claims.map((judged) =>
    lacksNode(judged) ? { ...judged, nodeName: nodes.get(ownerKey(judged)) ?? null } : judged,
  );
  return { ...survey, claims };
}

function lacksNode({ nodeName, evidence }: JudgedClaim): boolean {
  return nodeName === null && evidence.owner.state === 'found';
}

function ownerKey({ claim }: JudgedClaim): string {
  return claim.owner === null ? '' : objectKey(claim.owner.namespace, claim.owner.name);
}
