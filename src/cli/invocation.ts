/** A command of ours in a sentence, as in `Why: ipamctl ips show 192.0.2.204`; not one that has its prefix already. */
const COMMAND = /(?<![\w./-]|kubectl )ipamctl (?=[a-z-])/g;

/** Names commands as the user called the program: `kubectl ipamctl …` for the plugin. */
export function asInvoked(text: string, bin: string): string {
  return bin === 'ipamctl' ? text : text.replace(COMMAND, `${bin} `);
}
