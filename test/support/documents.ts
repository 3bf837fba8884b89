/** The shell of a page, as somebody would paste it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './program.js';

/** Every line of the blocks that are marked as shell, in the order of the page. */
export function shellLines(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
    block.split('\n').filter((line) => line !== ''),
  );
}
