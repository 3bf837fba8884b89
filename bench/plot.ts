/** A line of points, each a size and what it cost. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** What is drawn. Both axes are logarithmic: a cost that is linear in its size rises by one decade a decade. */
export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 420;
const LEFT = 70;
const RIGHT = 20;
const TOP = 44;
const BOTTOM = 96;
/** Told apart also without colour: by dashes and by the shape at the points. */
const COLOURS = ['#0b6bcb', '#c4401a', '#2e7d32', '#7b3fa0'];
const DASHES = ['', '8 4', '2 4', '10 4 2 4'];

/** Draws growth as an SVG picture that needs nothing beside it and follows the reader's light or dark theme. */
export function growthSvg({ title, x, y, series }: Plot): string {
  const points = series.flatMap((line) => line.points);
  const [left, right] = decades(points.map(([size]) => size));
  const [low, high] = decades(points.map(([, cost]) => cost));
  const across = (value: number): number =>
    LEFT + ((Math.log10(value) - left) / (right - left)) * (WIDTH - LEFT - RIGHT);
  const up = (value: number): number =>
    HEIGHT - BOTTOM - ((Math.log10(value) - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const parts = [
    `<text class="title" x="${LEFT}" y="24">${escaped(title)}</text>`,
    ...steps(left, right).flatMap((value) => [
      `<line class="grid" x1="${at(across(value))}" x2="${at(across(value))}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>`,
      `<text x="${at(across(value))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${told(value)}</text>`,
    ]),
    ...steps(low, high).flatMap((value) => [
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(up(value))}" y2="${at(up(value))}"/>`,
      `<text x="${LEFT - 8}" y="${at(up(value) + 4)}" text-anchor="end">${told(value)}</text>`,
    ]),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - BOTTOM + 38}" text-anchor="middle">${escaped(x)}</text>`,
    `<text x="16" y="${(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" transform="rotate(-90 16 ${(TOP + HEIGHT - BOTTOM) / 2})">${escaped(y)}</text>`,
    ...series.flatMap((line, index) => drawn(line, index, across, up)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">
<style>
text { font: 13px system-ui, sans-serif; fill: #222 } .title { font-weight: 600; font-size: 15px } .grid { stroke: #ddd }
rect { fill: #fff }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .grid { stroke: #444 } rect { fill: #1b1b1f } }
</style>
<rect width="${WIDTH}" height="${HEIGHT}"/>
${parts.join('\n')}
</svg>
`;
}

function drawn(
  { name, points }: Series,
  index: number,
  across: (value: number) => number,
  up: (value: number) => number,
): string[] {
  const colour = COLOURS[index % COLOURS.length] ?? '#000';
  const line = `stroke="${colour}" stroke-width="2" stroke-dasharray="${DASHES[index % DASHES.length] ?? ''}"`;
  const path = points.map(([size, cost]) => `${at(across(size))},${at(up(cost))}`).join(' ');
  const legendX = LEFT + (index % 2) * 320;
  const legendY = HEIGHT - 34 + Math.floor(index / 2) * 20;
  return [
    `<polyline fill="none" ${line} points="${path}"/>`,
    ...points.map(([size, cost]) => `<circle cx="${at(across(size))}" cy="${at(up(cost))}" r="4" fill="${colour}"/>`),
    `<line ${line} x1="${legendX}" x2="${legendX + 36}" y1="${legendY - 4}" y2="${legendY - 4}"/>`,
    `<text x="${legendX + 44}" y="${legendY}">${escaped(name)}</text>`,
  ];
}

/** The powers of ten around all values, one apart at least. */
function decades(values: readonly number[]): readonly [number, number] {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)));
  return [low, Math.max(high, low + 1)];
}

const steps = (low: number, high: number): number[] =>
  Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));

const at = (value: number): string => value.toFixed(1);
const told = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 3 });
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
