/** The dialogue of `nad generate` at a real terminal (a pty). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { ipamctl } from '../support/program.js';
import { folderWith, removeFolders } from '../support/world.js';
import { openTerminal, type Terminal } from './support/pty.js';

afterAll(removeFolders);

const ENTER = '\r';
const DOWN = '\u001b[B';
const CTRL_C = '\u0003';

/** Stdout goes to a file: the questions are on stderr. */
function open(...args: string[]): { terminal: Terminal; file: string } {
  const file = join(folderWith({}), 'nad.yaml');
  const terminal = openTerminal(['nad', 'generate', ...args], { env: { FILE: file }, redirect: '>"$FILE"' });
  return { terminal, file };
}

async function answer(terminal: Terminal, question: RegExp, ...keys: string[]): Promise<void> {
  await terminal.sees(question);
  for (const key of keys) terminal.type(key);
}

describe('the dialogue', () => {
  test('asks for all that is missing, sums up, and says the command line that gives the same', async () => {
    const { terminal, file } = open();
    await answer(terminal, /plugin that makes the interface/i, ENTER);
    await answer(terminal, /How do addresses come/, ENTER);
    await answer(terminal, /Name of the network/, `tenant-a${ENTER}`);
    await answer(terminal, /Interface of the node/, `eth1${ENTER}`);
    await answer(terminal, /to hand out of/, `192.0.2.0/24${ENTER}`);
    await answer(terminal, /Gateway of the network/, `192.0.2.1${ENTER}`);
    await answer(terminal, /not handed out/, ENTER);
    expect(await terminal.code).toBe(0);
    expect(terminal.shown).toContain('192.0.2.0/24, 192.0.2.1 to 192.0.2.254: 253 addresses, pool 192.0.2.0-24');
    const [, line = ''] = /ipamctl (nad generate whereabouts .*)/.exec(terminal.shown) ?? [];
    const again = await ipamctl(line.trim().split(' '));
    expect(again.stdout).toBe(readFileSync(file, 'utf8'));
    expect(again.stdout).toContain('"192.0.2.1/32"');
  });

  test('what cannot be is said as it is typed', async () => {
    const { terminal, file } = open('whereabouts', '--main', 'macvlan', '--master', 'eth1', '--name', 'a');
    await answer(terminal, /to hand out of/, `192.0.2.0/33${ENTER}`);
    await terminal.sees(/"192\.0\.2\.0\/33" is no prefix/);
    terminal.type(`${'\u007f'.repeat(12)}192.0.2.0/24${ENTER}`);
    await answer(terminal, /Gateway of the network/, ENTER);
    await answer(terminal, /not handed out/, ENTER);
    expect(await terminal.code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('192.0.2.0/24');
  });

  test('what the rules refuse is asked for again', async () => {
    const { terminal, file } = open('none', '--main', 'bridge', '--name', 'a');
    await answer(terminal, /Bridge of the node/, `br1${ENTER}`);
    await answer(terminal, /VLAN of the port/, `5000${ENTER}`);
    await terminal.sees(/bridge\/vlan-range/);
    terminal.type(`50${ENTER}`);
    expect(await terminal.code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('"vlan": 50');
  });

  test('choices that a plugin has', async () => {
    const { terminal, file } = open('--main', 'ovn-k8s-cni-overlay', '--name', 'a');
    await answer(terminal, /localnet on the physical network/, DOWN, ENTER);
    await answer(terminal, /Namespace of the object/, ENTER);
    await answer(terminal, /Networks of its addresses/, ENTER);
    expect(await terminal.code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('"topology": "layer2"');
  });

  test('Ctrl-C leaves nothing', async () => {
    const folder = folderWith({});
    const { terminal } = open('--output-file', join(folder, 'nad.yaml'));
    await answer(terminal, /plugin that makes the interface/i, CTRL_C);
    expect(await terminal.code).toBe(130);
    expect(() => readFileSync(join(folder, 'nad.yaml'))).toThrow();
  });

  test('for machines nothing is asked', async () => {
    const { terminal } = open('-o', 'json');
    expect(await terminal.code).toBe(2);
    expect(terminal.shown).toContain('--main is missing');
  });
});
