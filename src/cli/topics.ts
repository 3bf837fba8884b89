import { wrap } from '../render/wrap.js';
import { EXIT_CODES } from './exit-codes.js';

/** A text of `ipamctl help TOPIC`; the page of that name in the documentation is written of the same. */
export interface HelpTopic {
  /** What it is about, as a heading. */
  readonly title: string;
  readonly before: string | null;
  /** What the rows are of, as the heads of two columns. */
  readonly columns: readonly [term: string, text: string];
  readonly rows: readonly (readonly [term: string, text: string])[];
  readonly after: readonly string[];
}

/** Columns that a topic takes at most, but for lines with a command in them. */
const WIDTH = 110;

/** Topics of `ipamctl help`, by their word. */
export const HELP_TOPICS: ReadonlyMap<string, HelpTopic> = new Map([
  [
    'exit-codes',
    {
      title: 'Exit codes',
      before: null,
      columns: ['code', 'meaning'],
      rows: EXIT_CODES.map(({ code, meaning }) => [code.toString().padStart(3), meaning] as const),
      after: [],
    },
  ],
  [
    'verdicts',
    {
      title: 'Verdicts',
      before: 'What ipamctl thinks of an address that whereabouts holds for a pod:',
      columns: ['verdict', 'meaning'],
      rows: [
        ['live', 'the pod shows the address in its network-status'],
        ['stale', 'nobody needs it: the pod is gone, or settled on another address of its own'],
        ['finished', 'the pod is Succeeded or Failed, and still holds the address'],
        ['lost', 'the pod is going, done or gone, and its node is gone or does not report: it may still answer'],
        ['kept', 'the pod is gone, and a StatefulSet or a migration wants it back under that name'],
        ['pending', 'the pod has not started yet'],
        ['unknown', 'something was not readable, or the pod has not settled; never released by itself'],
        ['malformed', "the key, the owner or the pool's range cannot be read"],
      ],
      after: ['Each comes with a reason and the evidence: ipamctl ips show ADDRESS'],
    },
  ],
  [
    'environment',
    {
      title: 'Environment variables',
      before: null,
      columns: ['variable', 'meaning'],
      rows: [
        ['KUBECONFIG', 'kubeconfig files, as kubectl reads them'],
        ['NO_COLOR', 'no colours, whatever its value, unless it is empty; --color says otherwise'],
        ['FORCE_COLOR', 'colours also where the output is no terminal, 0 none at all; NO_COLOR and --color come first'],
        ['DEBUG', 'shows where an error came from; ipamctl:requests is -v, ipamctl:* is -vv'],
        [
          'IPAMCTL_<FLAG>',
          'stands for a flag: IPAMCTL_CONTEXT for --context, IPAMCTL_OUTPUT for -o, IPAMCTL_REQUEST_TIMEOUT for --request-timeout; never for consent',
        ],
      ],
      after: [],
    },
  ],
  [
    'output',
    {
      title: 'Output',
      before: 'stdout carries the result and nothing else; progress, warnings and hints go to stderr.',
      columns: ['flag', 'result'],
      rows: [
        ['-o table', 'for people, as kubectl has it; at a narrow terminal the least important columns go'],
        ['-o wide', 'all columns, whole'],
        [
          '-o json, -o yaml',
          'the whole result; its fields stay as they are, and more may come (a schema for each kind: schemas/)',
        ],
        ['-o name', 'one object a line, as kubectl takes them'],
        ['-o jsonpath=EXPR', 'as kubectl has it'],
        ['-o FORMAT=FILE', 'to a file besides; may be given several times'],
        ['--no-headers', 'a table without its header'],
        ['--no-truncate', 'no column is dropped and no name cut, however narrow the terminal is'],
        ['--color WHEN', 'always, never, or auto: by NO_COLOR, by FORCE_COLOR, else where it is a terminal'],
        ['-w', 'goes on: at a terminal a table that is always the newest, else one JSON document a line'],
      ],
      after: [
        'Counts of addresses are decimal text in JSON, since they may pass what a double can hold; counts of objects are numbers. What is not known is null, never a missing field. Times are RFC 3339. A command that fails still prints JSON where JSON was asked for: kind Error, with code, reason, message, facts and hints. "incomplete": true says that a right or an answer was lacking, and the exit code is then 1 at least.',
      ],
    },
  ],
  [
    'safety',
    {
      title: 'Safety',
      before: 'What ipamctl does before, while and after it writes:',
      columns: ['it', 'how'],
      rows: [
        [
          'says first',
          'the plan names each address, owner, verdict and reason; --dry-run=client prints the very patches, and --dry-run=server has the API server check them',
        ],
        ['asks', 'at a terminal; elsewhere it needs --yes (reconcile --now is its own consent)'],
        ['looks again', 'at each owner, uncached, just before the write and just after it; what came back is put back'],
        [
          'tests',
          "each patch names the pool's uid, its range and the very entry that was read: what another one changed meanwhile is left alone",
        ],
        ['takes the Leases', "that the plugin's own ADD and DEL take, so that neither works on the same addresses"],
        ['journals', 'each write, on disk before it is sent; ipamctl restore takes it back while the address is free'],
        ['stops whole', 'on Ctrl-C between two writes, and says what was done'],
        ['never', 'releases on doubt: what could not be looked up is unknown, and unknown is never released by itself'],
      ],
      after: [
        'Nothing is written by commands that read, nor with --from. The least rights: ipamctl rbac --role viewer|operator|admin',
      ],
    },
  ],
]);

/** A topic as text for people. */
export function topicText({ before, rows, after }: HelpTopic): string {
  const indent = before === null ? '' : '  ';
  const column = indent.length + Math.max(...rows.map(([term]) => term.length)) + 2;
  const lines = rows.map(([term, text]) => wrap((indent + term).padEnd(column) + text, WIDTH, column));
  const paragraphs = after.map((text) => `${wrap(text, WIDTH)}\n`);
  return [...(before === null ? [] : [`${before}\n`]), `${lines.join('\n')}\n`, ...paragraphs].join('\n');
}
