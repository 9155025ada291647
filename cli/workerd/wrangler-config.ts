import { readFileSync } from 'node:fs';
import { parseToml, type TomlSection } from './toml.ts';

/** The Worker's part of `wrangler.toml`, the only place for its compatibility date and bindings. */
export interface WranglerConfig {
  compatibilityDate: string;
  compatibilityFlags: string[];
  kvBindings: string[];
  durableObjects: { binding: string; className: string }[];
  /** Static files; undefined if there are none. */
  assets: { directory: string; binding: string } | undefined;
  vars: Record<string, string>;
}

export function readWranglerConfig(path: string): WranglerConfig {
  const sections = parseToml(readFileSync(path, 'utf8'));
  const top = sections[0] as TomlSection;
  const named = (name: string) => sections.filter((section) => section.name === name);
  const text = (section: TomlSection, key: string): string => {
    const value = section.values[key];
    if (typeof value !== 'string') throw new Error(`${path}: [${section.name}] needs ${key} = "…"`);
    return value;
  };
  const [assets] = named('assets');
  const flags = top.values.compatibility_flags;
  return {
    compatibilityDate: text(top, 'compatibility_date'),
    compatibilityFlags: Array.isArray(flags) ? flags : [],
    kvBindings: named('kv_namespaces').map((section) => text(section, 'binding')),
    durableObjects: named('durable_objects.bindings').map((section) => ({
      binding: text(section, 'name'),
      className: text(section, 'class_name'),
    })),
    assets: assets && { directory: text(assets, 'directory'), binding: text(assets, 'binding') },
    vars: Object.assign({}, ...named('vars').map((section) => section.values)),
  };
}
