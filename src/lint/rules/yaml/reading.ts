import type { DocumentSubject, Draft } from '../../model.js';
import type { YamlProblemCode } from '../../source/document.js';

/** What reading the document found of one kind. */
export function* readingProblems({ document }: DocumentSubject, code: YamlProblemCode): Iterable<Draft> {
  for (const problem of document.problems) {
    if (problem.code !== code) continue;
    const { span, message, upstream, severity, edits = [] } = problem;
    yield {
      at: { document: span },
      message,
      upstream: upstream ?? null,
      ...(severity === undefined ? {} : { severity }),
      edits: edits.map((edit) => ({ kind: 'document', ...edit })),
    };
  }
}
