/** When text is coloured. */
export const COLOR_CHOICES = ['auto', 'always', 'never'] as const;

/**
 * Makes `--color` of a command line hold for the whole process, as the variables that say the same: help and errors, which
 * come before the line is parsed, and questions are coloured by others, who know those alone. A value that is none is left
 * for the parser to refuse.
 */
export function settleColor(argv: readonly string[], env: NodeJS.ProcessEnv): void {
  const choice = choiceOf(argv) ?? env['IPAMCTL_COLOR'];
  if (choice === 'always') {
    delete env['NO_COLOR'];
    env['FORCE_COLOR'] = '1';
  } else if (choice === 'never') {
    env['NO_COLOR'] = '1';
    delete env['FORCE_COLOR'];
  } else if ((env['NO_COLOR'] ?? '') !== '') {
    // Node has the other one first.
    delete env['FORCE_COLOR'];
  }
}

/** The last one holds, as for the parser. */
function choiceOf(argv: readonly string[]): string | undefined {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  return words
    .flatMap((word, at) => (word === '--color' ? (words[at + 1] ?? []) : (/^--color=(.*)$/s.exec(word)?.[1] ?? [])))
    .at(-1);
}
