/** What an element of JUnit may have. */
interface Allowed {
  readonly below: readonly string[];
  readonly attributes: readonly string[];
  readonly required: readonly string[];
}

/** The elements that the xUnit plugin of Jenkins takes. Source: jenkinsci/xunit-plugin 031e285, junit-10.xsd. */
const JENKINS: Readonly<Record<string, Allowed>> = {
  testsuites: { below: ['testsuite'], attributes: ['name', 'time', 'tests', 'failures', 'errors'], required: [] },
  testsuite: {
    below: ['testsuite', 'properties', 'testcase', 'system-out', 'system-err'],
    attributes: [
      'name',
      'tests',
      'failures',
      'errors',
      'group',
      'time',
      'skipped',
      'timestamp',
      'hostname',
      'id',
      'package',
      'file',
      'log',
      'url',
    ],
    required: ['name', 'tests', 'failures', 'errors'],
  },
  testcase: {
    below: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
    attributes: ['name', 'time', 'classname', 'group'],
    required: ['name'],
  },
  failure: { below: [], attributes: ['type', 'message'], required: [] },
  error: { below: [], attributes: ['type', 'message'], required: [] },
  skipped: { below: [], attributes: ['type', 'message'], required: [] },
  'system-out': { below: [], attributes: [], required: [] },
};
/** One tag, or text between tags. */
const PIECE = /<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|[^<]+/y;

/** What the plugin would not take of a report; empty where it takes it. */
export function refusedByJenkins(xml: string): string[] {
  const refused: string[] = [];
  const open: string[] = [];
  const body = xml.replace(/^<\?xml [^>]*\?>/, '');
  const pieces = new RegExp(PIECE);
  while (pieces.lastIndex < body.length) {
    const at = pieces.lastIndex;
    const match = pieces.exec(body);
    if (match === null) return [...refused, `no XML from ${body.slice(at, at + 40)}`];
    const [whole, closing, name, attributes = '', empty] = match;
    if (name === undefined) {
      const parent = open.at(-1) ?? '';
      if (whole.trim() !== '' && !/^(?:failure|error|skipped|system-out)$/.test(parent))
        refused.push(`text in ${parent}`);
    } else if (closing === '/') {
      if (open.pop() !== name) refused.push(`</${name}> closes something else`);
    } else {
      refused.push(...refusedOf(name, attributes, open.at(-1)));
      if (empty !== '/') open.push(name);
    }
  }
  return [...refused, ...open.map((name) => `${name} is never closed`)];
}

function refusedOf(name: string, attributes: string, parent: string | undefined): string[] {
  const allowed = JENKINS[name];
  if (allowed === undefined) return [`an element ${name}`];
  const isPlaced =
    parent === undefined ? name === 'testsuites' || name === 'testsuite' : JENKINS[parent]?.below.includes(name);
  const given = [...attributes.matchAll(/([\w-]+)="/g)].map(([, attribute = '']) => attribute);
  return [
    ...(isPlaced === true ? [] : [`${name} in ${parent ?? 'nothing'}`]),
    ...given.filter((attribute) => !allowed.attributes.includes(attribute)).map((each) => `${name} with ${each}`),
    ...allowed.required.filter((attribute) => !given.includes(attribute)).map((each) => `${name} without ${each}`),
  ];
}
