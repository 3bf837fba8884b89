/** What a renderer may know of the place its text is shown. */
export interface Screen {
  /** Columns of the terminal; undefined where there is none: then nothing is dropped or cut. */
  readonly width: number | undefined;
  readonly color: boolean;
  /** False in a C or POSIX locale: then only ASCII is drawn. */
  readonly unicode: boolean;
  /** Nothing is dropped or cut, however narrow it is. */
  readonly whole?: boolean;
}

/** What `screenOf` is told of a stream and its surroundings. */
export interface Surroundings {
  readonly isTTY: boolean | undefined;
  readonly columns?: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Node's `process.platform`; Windows has no locale variables and draws Unicode. */
  readonly platform?: string | undefined;
}

/** The usual size of a terminal that does not tell its own. */
const ASSUMED_WIDTH = 80;

/** Text for a file or a pipe in a locale that has Unicode: no width, no colour. */
export const PLAIN: Screen = { width: undefined, color: false, unicode: true };

/** Judges a stream: how wide it is, and whether it takes colour and Unicode. */
export function screenOf(around: Surroundings): Screen {
  return { width: widthOf(around), color: colorOf(around), unicode: unicodeOf(around) };
}

function widthOf({ isTTY, columns, env }: Surroundings): number | undefined {
  if (isTTY !== true) return undefined;
  if (columns !== undefined && columns > 0) return columns;
  const told = Number.parseInt(env['COLUMNS'] ?? '', 10);
  return told > 0 ? told : ASSUMED_WIDTH;
}

/** NO_COLOR before FORCE_COLOR before the stream itself. */
function colorOf({ isTTY, env }: Surroundings): boolean {
  // no-color.org: set and not empty, whatever the value.
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTTY === true && env['TERM'] !== 'dumb';
}

/** POSIX: the first of the three that is not empty decides, and none at all is the C locale. */
function unicodeOf({ env, platform }: Surroundings): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '');
  if (locale === undefined) return platform === 'win32';
  return /utf-?8/i.test(locale);
}
