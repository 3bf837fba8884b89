import type { OutputFormat } from '../render/output.js';
import type { Screen } from '../render/terminal.js';
import type { ExitCode } from './exit-codes.js';

/** How a result is shown to people. */
export interface View {
  readonly screen: Screen;
  readonly wide: boolean;
  readonly noHeaders: boolean;
}

/** What people read, and which columns found no room. */
export interface HumanText {
  readonly text: string;
  readonly hiddenColumns: readonly string[];
}

/** The outcome of a command: one document, and the ways to show it. */
export interface CommandResult {
  /** What `-o json` prints; everything else is drawn from the same facts. */
  readonly document: object;
  /** Text for people. */
  human(view: View): HumanText;
  /** Lines of `-o name`, where the result is a list of objects. */
  names?(): string;
  /** Texts of formats that this command alone has, as `sarif`. */
  readonly texts?: Readonly<Partial<Record<OutputFormat, () => string>>>;
  /** Sentences that sum up and name the next command; for people only, on stderr. */
  readonly closing: readonly string[];
  /** Commands and sentences that go with a machine format, too; on stderr in every format. */
  readonly hints?: readonly string[];
  /** What people should know before they trust the result; on stderr in every format. */
  readonly warnings: readonly string[];
  readonly exitCode: ExitCode;
}

/** Formats of lists. */
export const LIST_FORMATS: readonly OutputFormat[] = ['table', 'wide', 'json', 'yaml', 'name', 'jsonpath'];
/** Formats of one object. */
export const OBJECT_FORMATS: readonly OutputFormat[] = ['table', 'wide', 'json', 'yaml', 'name', 'jsonpath'];
/** Formats of what is also measured. */
export const METRIC_FORMATS: readonly OutputFormat[] = [...LIST_FORMATS, 'prometheus'];
