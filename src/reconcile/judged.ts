import type { Claim } from './claims.js';
import type { OtherPod } from './owners.js';
import type { Evidence, Judgement } from './verdict.js';

/** A claim with its verdict and all that it rests on. */
export interface JudgedClaim extends Judgement {
  readonly claim: Claim;
  readonly evidence: Evidence;
  /** Whether the owner's absence was also answered by a GET of that very pod. */
  readonly confirmedByGet: boolean;
  /** Node that the owner runs or ran on, as far as it was read. */
  readonly nodeName: string | null;
  readonly otherPods: readonly OtherPod[];
}
