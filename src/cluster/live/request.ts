import type { OutgoingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadingObserver } from '../options.js';
import type { Authorization, Credentials } from './credentials.js';
import { explainError, type Asker } from './explain.js';
import { againAfter } from './retry.js';
import { headersWithoutSecrets, urlWithoutSecrets, withoutThese } from './secrets.js';
import { harmless } from './text.js';
import {
  attempt,
  secretsOf,
  type Attempt,
  type BodyReader,
  type Head,
  type RequestSpec,
  type Sender,
  type Wire,
} from './transport.js';

/** How a client behaves where the defaults do not fit. */
export interface ClientSettings {
  readonly server: string;
  /** Milliseconds for one request; 0: none. */
  readonly timeoutMs: number;
  readonly userAgent: string;
  readonly asker: Asker;
}

/**
 * Sends requests to one API server: with credentials, again where that can help, and with the server's clock noted.
 */
export class ApiClient {
  private readonly sender: Sender;
  private clock: { readonly serverMs: number; readonly localMs: number } | undefined;
  private readonly waiting = new AbortController();

  constructor(
    private readonly settings: ClientSettings,
    private readonly credentials: Credentials,
    private readonly observer: ReadingObserver,
  ) {
    this.sender = {
      server: new URL(settings.server),
      timeoutMs: settings.timeoutMs,
      userAgent: settings.userAgent,
      onHead: (head) => {
        this.noteClock(head);
      },
    };
  }

  /**
   * Sends a request until it is answered for good: 429, 5xx and lost connections are tried again if it is repeatable,
   * a 401 once with new credentials. Refusals that remain are the caller's to explain; all else throws.
   *
   * @param read is called anew for each try, and must forget what it read before.
   * @throws ClusterFailure `timeout`, `unreachable`, `certificate`, `unauthorized`, `credential-plugin`,
   *   `bad-kubeconfig` or `server-error`.
   */
  async send<T>(spec: RequestSpec, read: BodyReader<T>): Promise<Attempt<T>> {
    let authorization = await this.credentials.current();
    let renewed = false;
    for (let tried = 1; ; tried++) {
      const outcome = await this.once(spec, authorization, read);
      if ('error' in outcome) {
        const isWanted = spec.repeatable && spec.signal?.aborted !== true;
        const again = isWanted ? againAfter(outcome, tried, Math.random()) : undefined;
        if (again === undefined) {
          throw explainError(outcome.error, spec.identity, this.settings.asker, tried);
        }
        await this.wait(spec, again.why, again.waitMs);
        continue;
      }
      if (outcome.ok) return outcome;
      const { status } = outcome.refusal;
      // The server did nothing yet when it answers 401, so this is safe for writes too.
      if (status === 401 && !renewed) {
        renewed = true;
        const fresh = await this.credentials.renew(authorization);
        if (fresh !== undefined) {
          this.observer.debug?.(`${this.named(spec)}: 401, again with new credentials`);
          authorization = fresh;
          continue;
        }
      }
      const again = spec.repeatable ? againAfter(outcome, tried, Math.random()) : undefined;
      if (again === undefined) return outcome;
      await this.wait(spec, again.why, again.waitMs);
      authorization = await this.credentials.current();
    }
  }

  /** The server's clock: its newest `Date`, plus the time since. Before any answer: ours. */
  now(): Date {
    if (this.clock === undefined) return new Date();
    return new Date(this.clock.serverMs + (performance.now() - this.clock.localMs));
  }

  /** The credentials of the moment, for a message about them. */
  authorization(): Promise<Authorization> {
    return this.credentials.current();
  }

  close(): void {
    this.waiting.abort();
    this.credentials.close();
  }

  private async once<T>(
    spec: RequestSpec,
    authorization: Authorization,
    read: BodyReader<T>,
  ): Promise<Attempt<T> | { readonly error: unknown }> {
    const { debug } = this.observer;
    if (debug === undefined)
      return attempt(this.sender, spec, authorization, read).catch((error: unknown) => ({ error }));
    const start = performance.now();
    let bytes = 0;
    const wire = this.wire(spec, (count) => (bytes += count));
    try {
      const outcome = await attempt({ ...this.sender, wire }, spec, authorization, read);
      const status = outcome.ok ? outcome.head.status : outcome.refusal.status;
      const took = ms(performance.now() - start);
      debug(`${this.named(spec)} ${status.toString()} in ${took}, ${bytes.toString()} bytes`);
      return outcome;
    } catch (error) {
      const why = withoutThese(
        harmless(error instanceof Error ? error.message : String(error)),
        secretsOf(authorization),
      );
      debug(`${this.named(spec)} failed after ${ms(performance.now() - start)}, ${bytes.toString()} bytes: ${why}`);
      return { error };
    }
  }

  /** Tells of the request's headers and of its answer's, and of a watch when it begins: it ends only minutes later. */
  private wire(spec: RequestSpec, received: (bytes: number) => void): Wire {
    const { debug, trace } = this.observer;
    const tell = (sign: string, first: string, headers: OutgoingHttpHeaders): void => {
      trace?.(`${sign} ${first}`);
      for (const header of headersWithoutSecrets(headers)) trace?.(`${sign} ${header}`);
    };
    return {
      sent: (headers) => {
        tell('>', this.named(spec), headers);
      },
      answered: ({ status, headers }) => {
        if (spec.identity.verb === 'watch') debug?.(`${this.named(spec)} ${status.toString()}, watching`);
        tell('<', `${status.toString()} ${this.named(spec)}`, headers);
      },
      received,
    };
  }

  /** Method and URL. */
  private named({ method, path }: RequestSpec): string {
    return `${method} ${urlWithoutSecrets(this.settings.server.replace(/\/+$/, '') + path)}`;
  }

  private async wait(spec: RequestSpec, why: string, waitMs: number): Promise<void> {
    this.observer.debug?.(`${this.named(spec)}: ${why}, again in ${ms(waitMs)}`);
    await sleep(waitMs, undefined, { signal: this.waiting.signal });
  }

  private noteClock({ headers }: Head): void {
    const serverMs = Date.parse(headers.date ?? '');
    if (!Number.isNaN(serverMs)) this.clock = { serverMs, localMs: performance.now() };
  }
}

function ms(value: number): string {
  return `${Math.round(value).toString()} ms`;
}
