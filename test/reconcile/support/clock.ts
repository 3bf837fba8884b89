/** Time that passes only when everybody waits. */
export class FakeClock {
  now = 0;
  private readonly waiting: { at: number; wake: () => void }[] = [];

  monotonic(): number {
    return this.now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.push({ at: this.now + ms, wake });
      signal?.addEventListener('abort', wake);
    });
  }

  async run<T>(promise: Promise<T>): Promise<T> {
    const state = { settled: false };
    const noted = promise.finally(() => (state.settled = true));
    noted.catch(() => undefined);
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (state.settled) return noted;
      const next = this.waiting.sort((a, b) => a.at - b.at).shift();
      if (next === undefined) throw new Error('everybody waits for ever');
      this.now = Math.max(this.now, next.at);
      next.wake();
    }
  }
}
