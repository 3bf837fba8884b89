import type { YamlNode } from './yaml-tree.js';

type ReadTree = (text: string, offset: number) => YamlNode | undefined;

let loading: Promise<ReadTree> | undefined;

/** The reader of YAML that keeps positions. Asked for at each document with a finding: a repeated `import()` costs more than the reading of a small one. */
export function loadYamlTree(): Promise<ReadTree> {
  loading ??= import('./yaml-tree.js').then(({ yamlTree }) => yamlTree);
  return loading;
}
