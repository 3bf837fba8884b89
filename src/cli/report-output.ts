import { UsageFailure } from '../errors.js';
import { parseOutput, type OutputFormat } from '../render/output.js';

/** Formats of the report; the first is meant when none is named. */
export const REPORT_FORMATS: readonly OutputFormat[] = ['html', 'json', 'markdown'];

/**
 * Every `-o` of a report, with the file that `--output-file` names.
 * @param atTerminal whether standard output is one
 * @throws UsageFailure where the page would fill a terminal, or the file has no format or two of them
 */
export function reportOutput(
  flags: { readonly output?: readonly string[] | undefined; readonly 'output-file'?: string | undefined },
  atTerminal: boolean,
): string[] {
  const file = flags['output-file'];
  const output = flags.output ?? ['html'];
  const open = output.filter((text) => {
    const spec = parseOutput(text, REPORT_FORMATS);
    return !('error' in spec) && spec.file === undefined;
  });
  if (file === '') throw new UsageFailure('--output-file names no file');
  if (file !== undefined) {
    if (open.length > 1) {
      throw new UsageFailure('--output-file is for one format', { hints: ['name a file for each: -o html=FILE'] });
    }
    return open.length === 0
      ? [...output, `${REPORT_FORMATS[0] ?? ''}=${file}`]
      : output.map((text) => (text === open[0] ? `${text}=${file}` : text));
  }
  if (atTerminal && open.includes('html')) {
    throw new UsageFailure('the page is not for a terminal', {
      hints: ['ipamctl report --output-file report.html', 'ipamctl report -o markdown     to read it here'],
    });
  }
  return [...output];
}
