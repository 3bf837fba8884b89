import type { PluginPart } from '../../model.js';
import { pluginField, type PluginField } from '../../plugin-facts.js';

/** The keys by which host-device finds its device, in the order in which it looks. */
const SELECTORS = ['device', 'hwaddr', 'kernelpath', 'pciBusID'] as const;

/** Those of them that say something. */
export function selectorsOf(plugin: PluginPart): (PluginField & { name: string })[] {
  return SELECTORS.flatMap((name) => {
    const field = pluginField(plugin, name);
    return field === undefined || field.value === '' ? [] : [{ ...field, name }];
  });
}
