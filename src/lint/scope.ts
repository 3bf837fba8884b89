import type { SetSubject, Subject } from './model.js';

/** What cross rules compare: the documents of one folder, or everything. */
export const SCOPES = ['dir', 'all'] as const;
export type Scope = (typeof SCOPES)[number];

/** The sets of subjects that belong together. */
export function setsOf(subjects: readonly Subject[], scope: Scope): SetSubject[] {
  const judged = subjects.filter(({ document }) => document.template === undefined);
  const folders = new Map<string, Subject[]>();
  for (const subject of judged) {
    const folder = scope === 'all' ? '' : subject.document.source.folder;
    const own = folders.get(folder);
    if (own === undefined) folders.set(folder, [subject]);
    else own.push(subject);
  }
  return [...folders.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const set: SetSubject = {
      kind: 'set',
      document: first.document,
      path: [],
      namespace: null,
      name: null,
      nads: own.filter((subject) => subject.kind === 'nad'),
      networks: own.filter((subject) => subject.kind === 'network'),
      attachments: own.filter((subject) => subject.kind === 'attachment'),
      cnos: own.filter((subject) => subject.kind === 'cno'),
    };
    return [set];
  });
}
