import { type Answers, choiceProblem, invalid, isAnswered, keyAnswer, listOf, textOf } from './answers.js';
import { ipamOf, type Json } from './ipam.js';
import { type MainKey, questionOf } from './mains.js';
import type { Answer, Given } from './questions.js';

/** A CNI configuration, and what is to be said of it. */
export interface Configuration {
  readonly conf: Json;
  readonly notes: readonly string[];
}

/**
 * The CNI configuration that was asked for: one plugin where that is enough, a list where others follow.
 * @param namespace of the object that it will be in; undefined: left to who applies it
 */
export function confOf(answers: Answers, namespace: string | undefined): Configuration {
  const { given, main, name, ipam: ipamType } = answers;
  const cniVersion = textOf(given, 'cni-version') ?? main.cniVersion;
  const { ipam, notes } = ipamOf(answers);
  const dns = dnsOf(given);
  // An IPAM plugin without addresses passes nothing on.
  const inIpam = main.dns === 'ipam' && (ipamType === 'static' || ipamType === 'whereabouts');
  const capabilities = listOf(given, 'capability');
  const plugin: Json = {
    type: main.type,
    ...(main.ipam === 'own' ? { netAttachDefName: `${namespace ?? ''}/${name}` } : {}),
    ...Object.fromEntries(main.keys.flatMap((key) => keyEntry(key, answers))),
    ...capabilitiesOf(capabilities.filter((each) => !isTaken(each, answers))),
    ...(dns === undefined || inIpam ? {} : { dns }),
    ...(ipam === undefined ? {} : { ipam: { ...ipam, ...(dns !== undefined && inIpam ? { dns } : {}) } }),
  };
  const followers = followersOf(
    answers,
    capabilities.filter((each) => isTaken(each, answers)),
  );
  // whereabouts has no CHECK, a verb since 0.4.0; only a list can say that it is left out.
  const skipsCheck = ipamType === 'whereabouts' && !['0.3.0', '0.3.1'].includes(cniVersion);
  const head = { cniVersion, name };
  const conf =
    followers.length === 0 && !skipsCheck
      ? { ...head, ...plugin }
      : { ...head, ...(skipsCheck ? { disableCheck: true } : {}), plugins: [plugin, ...followers] };
  return { conf, notes };
}

function keyEntry(key: MainKey, { given }: Answers): [string, unknown][] {
  const answer = keyAnswer(given, key.key);
  if (answer === undefined) return implied(key, given);
  const text = typeof answer === 'string' ? answer : '';
  if (key.choices?.includes(text) === false) throw invalid(questionOf(key.key), choiceProblem(text, key.choices));
  return [[key.key, valueOf(key, answer)]];
}

function implied({ key, impliedBy }: MainKey, given: Given): [string, unknown][] {
  if (impliedBy === undefined) return [];
  const says = impliedBy.keys.some((other) => isAnswered(keyAnswer(given, other)));
  return says ? [[key, impliedBy.value]] : [];
}

function valueOf({ key, type }: MainKey, answer: Answer): unknown {
  if (type === 'number') return Number(answer);
  if (typeof answer !== 'object') return answer;
  return type === 'trunk' ? answer.map((text) => trunkOf(questionOf(key), text)) : answer.join(',');
}

/** Source: containernetworking/plugins 3d27709 plugins/main/bridge/bridge.go:162-184. */
function trunkOf(id: string, text: string): Json {
  const [first = 0, last] = text.split('-').map(Number);
  if (last === undefined) return { id: first };
  if (last < first) throw invalid(id, `${text} ends before it begins`);
  return { minID: first, maxID: last };
}

function dnsOf(given: Given): Json | undefined {
  const domain = textOf(given, 'dns-domain');
  const lists = { nameservers: 'dns-nameserver', search: 'dns-search', options: 'dns-option' };
  const [nameservers, search, options] = Object.entries(lists).map(([key, id]) => {
    const values = listOf(given, id);
    return values.length === 0 ? {} : { [key]: [...values] };
  });
  const dns = { ...nameservers, ...(domain === undefined ? {} : { domain }), ...search, ...options };
  return Object.keys(dns).length === 0 ? undefined : dns;
}

/** Whether a plugin that follows takes a capability in the main plugin's place. */
function isTaken(capability: string, { main }: Answers): boolean {
  return capability === 'bandwidth' || (capability === 'mac' && !main.setsMac);
}

/** Source of what each takes: containernetworking/plugins 3d27709 plugins/meta. */
function followersOf({ given, main }: Answers, capabilities: readonly string[]): Json[] {
  if (capabilities.includes('bandwidth') && !main.hostInterface) {
    throw invalid('capability', `bandwidth needs an interface on the host, which ${main.type} does not leave`);
  }
  const sysctls = listOf(given, 'sysctl').map((text) => splitAt(text, '='));
  const sysctl = Object.fromEntries(sysctls);
  if (Object.keys(sysctl).length < sysctls.length) throw invalid('sysctl', 'names one key twice');
  const vrf = textOf(given, 'vrf');
  const rates = ['ingress', 'egress'].flatMap((direction) =>
    ['Rate', 'Burst'].flatMap((what): [string, number][] => {
      const value = textOf(given, `${direction}-${what.toLowerCase()}`);
      return value === undefined ? [] : [[`${direction}${what}`, Number(value)]];
    }),
  );
  return [
    follower(
      'tuning',
      sysctls.length === 0 ? {} : { sysctl },
      capabilities.filter((each) => each === 'mac'),
    ),
    follower('vrf', vrf === undefined ? {} : { vrfname: vrf }, []),
    follower(
      'bandwidth',
      Object.fromEntries(rates),
      capabilities.filter((each) => each === 'bandwidth'),
    ),
  ].filter((each) => each !== undefined);
}

function follower(type: string, keys: Json, capabilities: readonly string[]): Json | undefined {
  const said = { ...keys, ...capabilitiesOf(capabilities) };
  return Object.keys(said).length === 0 ? undefined : { type, ...said };
}

function capabilitiesOf(names: readonly string[]): { capabilities?: Record<string, boolean> } {
  return names.length === 0 ? {} : { capabilities: Object.fromEntries(names.map((name) => [name, true])) };
}

function splitAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return [text.slice(0, at), text.slice(at + 1)];
}
