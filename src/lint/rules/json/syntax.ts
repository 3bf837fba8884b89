import type { Draft, JsonSubject } from '../../model.js';
import type { JsonProblem, JsonProblemCode } from '../../json/problems.js';

/** Where the rules about syntax are taken from. */
export const GO_JSON = 'Go encoding/json (scanner.go, decode.go), which every CNI component reads with';
/** What refuses such a text, and when. */
export const REFUSED =
  'The API server stores the text as it is. Where the admission webhook of multus runs it refuses the object; elsewhere every pod that attaches fails to start.';

/** What the tolerant parser found of one kind. Go stops at its first error, so only that one is foretold. */
export function* syntaxProblems(subject: JsonSubject, code: JsonProblemCode): Iterable<Draft> {
  const { problems, upstream } = subject.json;
  for (const problem of problems) {
    if (problem.code === code) yield draftOf(subject, problem, problem === problems[0] ? upstream : null);
  }
}

function draftOf({ path, holder }: JsonSubject, problem: JsonProblem, upstream: string | null): Draft {
  const { from, to, message, edits = [] } = problem;
  const isWholeFile = holder === 'file' && path.length === 0;
  return {
    at: isWholeFile ? { document: { from, to } } : { path, text: { from, to } },
    message,
    upstream,
    edits: edits.map((edit) => {
      const span = { from: edit.from, to: edit.to };
      return isWholeFile ? { kind: 'document', span, text: edit.text } : { kind: 'text', path, span, text: edit.text };
    }),
  };
}
