import { poolRangesOf } from './cross-facts.js';
import type { AttachmentSubject, CnoSubject, ComparedNad, NetworkSubject, SetSubject, Subject } from './model.js';

/** What cross rules compare: the documents of one folder, or everything. */
export const SCOPES = ['dir', 'all'] as const;
export type Scope = (typeof SCOPES)[number];

/** What is kept of a document to be compared with others. */
export type Compared = ComparedNad | NetworkSubject | AttachmentSubject | CnoSubject;

/** What is kept of a subject; undefined for one that is not compared. */
export function compared(subject: Subject): Compared | undefined {
  switch (subject.kind) {
    case 'nad': {
      const { kind, document, path, namespace, name, network } = subject;
      return { kind, document, path, namespace, name, network };
    }
    case 'network':
      // What is compared of its ranges is found out now, while everything else that is known of it is at hand.
      poolRangesOf(subject);
      return subject;
    case 'attachment':
    case 'cno':
      return subject;
    default:
      return undefined;
  }
}

/** The sets of subjects that belong together. */
export function setsOf(subjects: readonly Compared[], scope: Scope): SetSubject[] {
  const judged = subjects.filter(({ document }) => document.template === undefined);
  const folders = new Map<string, Compared[]>();
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
