// Runs the servers of a test cluster and outlives nobody: when its standard input closes, whatever closed it (stop(), the
// end of the test process, or a SIGKILL that left the test process no last word), it ends what it started, removes the
// data folder and exits. Plain JavaScript, because it has to start with nothing but `node`.
//
// Protocol: one JSON object a line. In: {op: 'start', name, file, args, env, cwd, log, errorLog, input, quickKill} and {op: 'stop', name, hard}.
// Out: {event: 'started', name, pid}, {event: 'failed', name, message}, {event: 'exited', name, code, signal}.
import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [, , removeDir = ''] = process.argv;
const GRACE_MS = 10_000;

/** @type {Map<string, { child: import('node:child_process').ChildProcess, quickKill: boolean, ended: Promise<void> }>} */
const running = new Map();

/** @param {object} event */
function tell(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/**
 * @param {{ name: string, file: string, args: string[], env: Record<string, string>, cwd?: string, log: string,
 *   errorLog?: string, input?: string, quickKill?: boolean }} order
 */
function start({ name, file, args, env, cwd, log, errorLog = log, input, quickKill = false }) {
  const out = openSync(log, 'a');
  const errors = openSync(errorLog, 'a');
  const child = spawn(file, args, { env, cwd, stdio: ['pipe', out, errors] });
  closeSync(out);
  closeSync(errors);
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = new Promise((resolve) => {
    child.once('error', (error) => {
      running.delete(name);
      tell({ event: 'failed', name, message: error.message });
      resolve();
    });
    child.once('exit', (code, signal) => {
      running.delete(name);
      tell({ event: 'exited', name, code, signal });
      resolve();
    });
  });
  running.set(name, { child, quickKill, ended });
  if (child.pid !== undefined) tell({ event: 'started', name, pid: child.pid });
}

/**
 * @param {string} name
 * @param {NodeJS.Signals} signal
 */
async function stop(name, signal) {
  const entry = running.get(name);
  if (entry === undefined) return;
  entry.child.kill(signal);
  const timer = setTimeout(() => entry.child.kill('SIGKILL'), GRACE_MS);
  await entry.ended;
  clearTimeout(timer);
}

let closing = false;
async function close() {
  if (closing) return;
  closing = true;
  // Latest first: the API server before its etcd. Servers whose data is thrown away anyway need no goodbye.
  for (const [name, entry] of [...running].reverse()) await stop(name, entry.quickKill ? 'SIGKILL' : 'SIGINT');
  if (removeDir !== '') rmSync(removeDir, { recursive: true, force: true, maxRetries: 5 });
  process.exit(0);
}

// A Ctrl-C at the terminal is for the process that owns the cluster; it closes our input when it is done.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('SIGTERM', () => void close());
process.stdout.on('error', () => undefined);

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const order = JSON.parse(line);
  if (order.op === 'start') start(order);
  else if (order.op === 'stop') void stop(order.name, order.hard ? 'SIGKILL' : 'SIGTERM');
});
lines.on('close', () => void close());
