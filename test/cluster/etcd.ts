/** The few calls of etcd's JSON gateway that tests need. */
export class EtcdGateway {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Writes a key past the API server and returns the revision of that write. */
  async put(key: string, value: string): Promise<number> {
    const answer = await this.#post('/v3/kv/put', { key: base64(key), value: base64(value) });
    return Number(header(answer)['revision']);
  }

  /** Writes many keys, some hundred kilobytes a transaction. */
  async putAll(entries: Iterable<readonly [key: string, value: string]>, parallel = 4): Promise<void> {
    const batches = inBatches(entries);
    await Promise.all(
      Array.from({ length: parallel }, async () => {
        // One generator for all workers: each takes the next batch.
        for (const batch of batches) {
          const success = batch.map(([key, value]) => ({ requestPut: { key: base64(key), value: base64(value) } }));
          await this.#post('/v3/kv/txn', { success });
        }
      }),
    );
  }

  /** Forgets all history before a revision. */
  async compact(revision: number): Promise<void> {
    await this.#post('/v3/kv/compaction', { revision: String(revision), physical: true });
  }

  /** Whether it answers and has a leader. */
  async healthy(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.#url}/health`, { signal: AbortSignal.timeout(2000) });
      return answer.ok && (await answer.text()).includes('true');
    } catch {
      return false;
    }
  }

  async #post(path: string, body: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(this.#url + path, { method: 'POST', body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`etcd ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  }
}

/** etcd takes 128 operations and 1.5 MB a transaction. */
function* inBatches(
  entries: Iterable<readonly [string, string]>,
): Generator<(readonly [string, string])[], void, undefined> {
  let batch: (readonly [string, string])[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (batch.length === 100 || (batch.length > 0 && bytes + entry[1].length > 800_000)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(entry);
    bytes += entry[1].length;
  }
  if (batch.length > 0) yield batch;
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function header(answer: Record<string, unknown>): Record<string, unknown> {
  return (answer['header'] ?? {}) as Record<string, unknown>;
}
