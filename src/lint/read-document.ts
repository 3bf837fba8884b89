import { readJson } from './json/read.js';
import { OTHER_PLUGINS, PLUGIN_KEYS } from './keys.js';
import { isBareConf, isConfName } from './network.js';
import { sourceFile, type ReadDocument, type SourceFile } from './source/document.js';
import { splitDocuments } from './source/split.js';
import { type Chunk, readYaml } from './source/yaml.js';
import { maskTemplate } from './source/template.js';

/** Names of files that are JSON, whatever they begin with. */
const JSON_FILE = /\.(?:conf|conflist|json)$/i;

/** Words of which every document that concerns us has one; the others are not even parsed. */
const WORDS = [
  String.raw`cni\.cncf\.io`,
  String.raw`multus-cni\.io`,
  'NetworkAttachmentDefinition',
  'additionalNetworks',
  'rawCNIConfig',
  'cniVersion',
  String.raw`"?ipam"?\s*:`,
  '"plugins"',
  'SriovNetwork',
  'SriovIBNetwork',
  'OVSNetwork',
  'HostDeviceNetwork',
  'MacvlanNetwork',
  'IPoIBNetwork',
  String.raw`"?networkName"?\s*:`,
  String.raw`operator\.openshift\.io`,
  String.raw`k8s\.ovn\.org`,
  'whereabouts',
  String.raw`"type"\s*:\s*"(?:${[...Object.keys(PLUGIN_KEYS), ...OTHER_PLUGINS].join('|')})"`,
];
const RELEVANT = new RegExp(WORDS.join('|'));

/**
 * Reads the documents of a file, each when it is asked for; only what there is something to say of has to be waited for.
 * Texts that have nothing to do with networks are left out.
 */
export function* documentsIn(source: SourceFile): Generator<ReadDocument | Promise<ReadDocument>> {
  for (const chunk of splitDocuments(source)) if (concernsUs(source, chunk)) yield readDocument(source, chunk);
}

/** Reads the documents of a file, all at once. */
export function readDocuments(source: SourceFile): Promise<ReadDocument[]> {
  return Promise.all([...documentsIn(source)]);
}

function concernsUs(source: SourceFile, { span, format }: Chunk): boolean {
  return RELEVANT.test(source.text.slice(span.from, span.to)) || (format === 'json' && isConfName(source.name));
}

/** Reads the documents of a text, as of a file of that name. */
export function readText(name: string, text: string): Promise<ReadDocument[]> {
  return readDocuments(sourceFile(name, text, { writable: true }));
}

function readDocument(source: SourceFile, chunk: Chunk): ReadDocument | Promise<ReadDocument> {
  return chunk.format === 'yaml' && !isJsonFile(source) ? readYaml(source, chunk) : readAsJson(source, chunk);
}

/** JSON is read as JSON where it is, or means to be: YAML would refuse what the rules of JSON explain. */
async function readAsJson(source: SourceFile, chunk: Chunk): Promise<ReadDocument> {
  const raw = source.text.slice(chunk.span.from, chunk.span.to);
  const { text, first } = maskTemplate(raw);
  const json = readJson(text);
  if (!json.valid && !isJsonFile(source) && !isBareConf(json.value)) {
    const yaml = await readYaml(source, { ...chunk, format: 'yaml' });
    // A flow mapping: YAML that looks like JSON.
    if (yaml.value !== undefined && yaml.document.problems.length === 0) return yaml;
  }
  const problems = first === undefined ? [] : (await readYaml(source, chunk)).document.problems.filter(isPlaceholder);
  return { document: { source, ...chunk, format: 'json', text, template: first?.what, problems }, value: json.value };
}

function isJsonFile({ name }: SourceFile): boolean {
  return JSON_FILE.test(name);
}

function isPlaceholder({ code }: { code: string }): boolean {
  return code === 'template-placeholder';
}
