import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import type { CallFrame, PlaceOf } from './cpu-profile.ts';

/** The built script's name in workerd's config. The runtime's own JavaScript has names like `node-internal:…`. */
const SCRIPT_URL = 'worker.js';
const SHOWN_CHARACTERS = 70;

/** Names frames of the minified build by their source: `worker/core/routing/plan.ts:12  export function plan(`. */
export function sourcePlaces(scriptPath: string): PlaceOf {
  const payload = JSON.parse(readFileSync(`${scriptPath}.map`, 'utf8')) as SourceMapPayload;
  const map = new SourceMap(payload);
  const places = new Map<string, string>();
  return (frame, caller) => {
    const { functionName, url, lineNumber, columnNumber } = frame;
    if (url === '' || lineNumber < 0) return nativePlace(functionName, caller);
    if (url !== SCRIPT_URL) return `${url}:${lineNumber + 1}  ${functionName}`;
    const key = `${lineNumber}:${columnNumber}`;
    const place = places.get(key) ?? placeOf(map, payload, frame);
    places.set(key, place);
    return place;
  };
}

/**
 * The name of a native frame, such as `fetch, called in worker/pipeline/attempt.ts:39`. V8's own rows, such as `(program)`, are children of
 * the root.
 */
function nativePlace(functionName: string, caller: string): string {
  const name = functionName || '(native without a name: promises that the runtime settles)';
  const [where = ''] = caller.split('  ');
  return where === '' || where === '(root)' ? name : `${name}, called in ${where}`;
}

function placeOf(
  map: SourceMap,
  payload: SourceMapPayload,
  { functionName, url, lineNumber, columnNumber }: CallFrame,
): string {
  const entry = map.findEntry(lineNumber, columnNumber);
  if (!('originalSource' in entry)) return `${functionName} ${url}:${lineNumber + 1}`;
  const source = payload.sources.indexOf(entry.originalSource);
  const text = payload.sourcesContent[source]?.split('\n')[entry.originalLine]?.trim() ?? functionName;
  return `${shortPath(entry.originalSource)}:${entry.originalLine + 1}  ${text.slice(0, SHOWN_CHARACTERS)}`;
}

/** The path from the project's root, or from the package's. */
function shortPath(path: string): string {
  return path.replace(/^.*node_modules\//, '').replace(/^(\.\.\/)+/, '');
}
