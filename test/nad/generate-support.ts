import type { Answer, Given } from '../../src/nad/generate/questions.js';
import { question } from '../../src/nad/generate/questions.js';

/** The answers of a command line without quoting. */
export function parseArguments(line: string): Given {
  const given: Record<string, Answer> = {};
  const words = line.split(' ').filter((word) => word !== '');
  if (words[0]?.startsWith('-') === false) given['ipam'] = words.shift() ?? '';
  while (words.length > 0) {
    const id = (words.shift() ?? '').replace(/^-n$/, '--namespace').replace(/^--/, '');
    const kind = question(id)?.kind;
    if (kind === undefined) throw new Error(`no flag --${id}`);
    if (kind === 'switch') given[id] = true;
    else if (kind === 'text') given[id] = words.shift() ?? '';
    else given[id] = [...((given[id] ?? []) as readonly string[]), words.shift() ?? ''];
  }
  return given;
}
