/** Writes public/openapi.json, the reply of `GET /admin/openapi.json`, so that the Worker needs no code to generate it. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import { OPENAPI_FILE } from '../../protocol/static-files.ts';
import { projectDirectory } from '../project.ts';
import { replaceChanged } from '../replace-file.ts';
import { type DescribedRoute, openApiDocument } from './document.ts';
import { schemasOf } from './type-schemas.ts';

export const openApiPath = join(projectDirectory, 'public', OPENAPI_FILE);

/** The table of admin calls. It is imported by a computed name, so that the types of Node and of Workers stay in separate programs. */
export async function adminRoutes(): Promise<readonly DescribedRoute[]> {
  const table = pathToFileURL(join(projectDirectory, 'worker/admin/table.ts')).href;
  const loaded: { ADMIN_ROUTES: readonly DescribedRoute[] } = await import(table);
  return loaded.ADMIN_ROUTES;
}

export async function openApiText(): Promise<string> {
  const replies = schemasOf(join(import.meta.dirname, 'replies.ts'), 'Replies');
  return `${JSON.stringify(openApiDocument(await adminRoutes(), replies, packageJson.version))}\n`;
}

/** Writes the file. This takes seconds, so only `npm run build` does it. */
export const writeOpenApi = async (): Promise<void> => replaceChanged(openApiPath, await openApiText());
