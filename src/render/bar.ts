import type { Screen } from './terminal.js';

/** A bar of so many cells: `▓▓▓▓▓▓▓▓▓░`. It is full only when the fraction is. */
export function bar(fraction: number, cells: number, screen: Pick<Screen, 'unicode'>): string {
  const part = Number.isFinite(fraction) ? Math.min(Math.max(fraction, 0), 1) : 0;
  const full = part < 1 ? Math.min(Math.round(part * cells), cells - 1) : cells;
  const [used, free] = screen.unicode ? ['▓', '░'] : ['#', '-'];
  return used.repeat(Math.max(full, 0)) + free.repeat(Math.max(cells - full, 0));
}
