import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * zod's classes bring the code that describes a schema as JSON Schema. The build needs it (cli/openapi/document.ts), the Worker never
 * does: there, the functions of these two files are undefined.
 */
export const zodWithoutJsonSchema: Plugin = {
  name: 'zod without JSON Schema',
  setup: (building) =>
    building.onLoad(
      { filter: /[/\\]zod[/\\]v4[/\\]core[/\\](?:to-json-schema|json-schema-processors)\.js$/ },
      async ({ path }) => {
        const exported = (await readFile(path, 'utf8')).matchAll(/^export (?:const|function) (\w+)/gm);
        return { contents: [...exported].map(([, name]) => `export let ${name};`).join('') };
      },
    ),
};
