/** The bill of materials of what we give out, in CycloneDX: what is really in it, told by the bundler and the lock file. */
import { purlFor, type Part } from './contents.js';

/** What the bill is of. */
export interface Product {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly licence: string;
  /** Inside the program. */
  readonly bundled: readonly Part[];
  /** Beside it: brought by npm, or in the archive. */
  readonly installed: readonly Part[];
  /** The Node of an archive. */
  readonly node?: { readonly version: string; readonly arch: string; readonly integrity: string };
}

/** Without a time and a number of its own, so that the same contents have the same bill. */
export function billOfMaterials(product: Product): object {
  const root = purlFor(product.name, product.version);
  const inBundle = new Set(product.bundled.map(({ purl }) => purl));
  const parts = [...product.bundled, ...product.installed.filter(({ purl }) => !inBundle.has(purl))];
  const known = new Set(parts.map(({ purl }) => purl));
  const node = product.node === undefined ? [] : [nodeComponent(product.node)];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      component: {
        type: 'application',
        'bom-ref': root,
        name: product.name,
        version: product.version,
        description: product.description,
        licenses: licences(product.licence),
        purl: root,
      },
    },
    components: [
      ...node,
      ...parts.map((part) => ({
        type: 'library',
        'bom-ref': part.purl,
        ...named(part.name),
        version: part.version,
        licenses: licences(part.licence),
        purl: part.purl,
        externalReferences: [distribution(part.purl, part.integrity)],
        properties: inBundle.has(part.purl) ? [{ name: 'cdx:npm:package:bundled', value: 'true' }] : [],
      })),
    ],
    dependencies: [
      { ref: root, dependsOn: [...known, ...node.map((each) => each['bom-ref'])].sort() },
      ...node.map((each) => ({ ref: each['bom-ref'] })),
      ...parts.map(({ purl, needs }) => ({ ref: purl, dependsOn: needs.filter((other) => known.has(other)) })),
    ],
    compositions: [{ aggregate: 'complete', assemblies: [root] }],
  };
}

function nodeComponent({ version, arch, integrity }: NonNullable<Product['node']>) {
  const purl = purlFor(`node-linux-${arch}`, version);
  return {
    type: 'platform',
    'bom-ref': purl,
    name: 'node',
    version,
    description: 'Node.js, with what is built into it',
    licenses: licences('MIT'),
    // Vulnerabilities of Node are filed under this name.
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    purl,
    externalReferences: [distribution(purl, integrity)],
  };
}

function named(name: string): { group?: string; name: string } {
  const [group = '', rest] = name.split('/');
  return rest === undefined ? { name } : { group, name: rest };
}

function licences(spdx: string): object[] {
  return /[ (]/.test(spdx) ? [{ expression: spdx }] : [{ license: { id: spdx } }];
}

/** The sum is of the archive that npm serves, not of what the bundler took of it. */
function distribution(purl: string, integrity: string): object {
  const [algorithm = '', sum = ''] = integrity.split('-');
  if (algorithm !== 'sha512') throw new Error(`${purl} has no SHA-512 in the lock file`);
  return {
    type: 'distribution',
    url: purl,
    hashes: [{ alg: 'SHA-512', content: Buffer.from(sum, 'base64').toString('hex') }],
  };
}
