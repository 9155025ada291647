/** Writes worker/admin/openapi-text.ts, the answer of `GET /admin/openapi.json`, so that the Worker needs no code to generate it. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import { projectDirectory } from '../project.ts';
import { replaceChanged } from '../replace-file.ts';
import { type DescribedRoute, openApiDocument } from './document.ts';

export const openApiPath = join(projectDirectory, 'worker/admin/openapi-text.ts');

/** Imported by a computed name, so that the types of Node and of Workers stay in separate programs. */
export async function adminRoutes(): Promise<readonly DescribedRoute[]> {
  const table = pathToFileURL(join(projectDirectory, 'worker/admin/table.ts')).href;
  const loaded: { ADMIN_ROUTES: readonly DescribedRoute[] } = await import(table);
  return loaded.ADMIN_ROUTES;
}

export async function openApiSource(): Promise<string> {
  const text = JSON.stringify(openApiDocument(await adminRoutes(), packageJson.version));
  const quoted = `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  return `/** The admin API in OpenAPI 3.1. Written by \`npm run build\` (cli/openapi/write.ts) from table.ts and its schemas. */
export const OPENAPI_TEXT =
  ${quoted};
`;
}

export const writeOpenApi = async (path = openApiPath): Promise<void> => replaceChanged(path, await openApiSource());
