import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

export interface ConfigError {
  /** The line number, from 1; undefined if it is unknown. */
  line?: number | undefined;
  what: string;
}

/** Where and why `carryon.config.ts` could not be loaded, from TypeScript's parser, the file's imports, or the error's stack. */
export function configError(source: string, path: string, error: unknown): ConfigError {
  const message = error instanceof Error ? error.message : String(error);
  return (
    syntaxError(source) ??
    importError(source, path, message) ?? { line: lineInStack(path, error), what: `cannot be read: ${message}` }
  );
}

function syntaxError(source: string): ConfigError | undefined {
  const { diagnostics = [] } = ts.transpileModule(source, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
  });
  const first = diagnostics.find(({ start }) => start !== undefined);
  if (first?.start === undefined) return undefined;
  const file = parse(source);
  const line = lineAt(file, first.start);
  const text = ts.flattenDiagnosticMessageText(first.messageText, ' ').replace(/\.$/, '');
  return { line, what: `cannot be read: ${text}${inside(openedBefore(file, first.start), line)}` };
}

/** Names where the enclosing list or object begins, because the mistake is often there, further up. */
function inside(opened: { bracket: string; line: number } | undefined, line: number): string {
  return opened === undefined || opened.line === line ? '' : `, inside the ${opened.bracket} of line ${opened.line}`;
}

function openedBefore(file: ts.SourceFile, position: number): { bracket: string; line: number } | undefined {
  let found: ts.Node | undefined;
  const visit = (node: ts.Node): void => {
    if (node.getStart(file) >= position || node.end < position) return;
    if (ts.isArrayLiteralExpression(node) || ts.isObjectLiteralExpression(node)) found = node;
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  if (found === undefined) return undefined;
  const start = found.getStart(file);
  return { bracket: file.text.charAt(start), line: lineAt(file, start) };
}

/** Finds an import of a missing module, or of a name that the module does not export. */
function importError(source: string, path: string, message: string): ConfigError | undefined {
  const file = parse(source);
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    const specifier = statement.moduleSpecifier;
    if (specifier === undefined || !ts.isStringLiteral(specifier)) continue;
    const line = lineAt(file, specifier.getStart(file));
    const { text } = specifier;
    if (message.includes(`'${text}'`) && /does not provide an export/.test(message)) {
      return { line, what: `cannot be read: ${message.replace('The requested module ', '')}` };
    }
    const isMissing = /Cannot find (module|package)/.test(message);
    if (isMissing && namesOf(text, path).some((name) => message.includes(`'${name}'`))) {
      return { line, what: `cannot be read: '${text}' is imported but does not exist` };
    }
  }
  return undefined;
}

/** The names that an error may use for the import `specifier`: as it is written, its whole path, or its package. */
function namesOf(specifier: string, path: string): string[] {
  if (!/^\.{0,2}\//.test(specifier)) {
    const [scope = '', name] = specifier.split('/');
    return [specifier, scope.startsWith('@') ? `${scope}/${name}` : scope];
  }
  const url = new URL(specifier, pathToFileURL(path));
  return [specifier, url.href, fileURLToPath(url)];
}

/** The line of any other error while the file ran, which Node names in the stack. */
function lineInStack(path: string, error: unknown): number | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const name of [pathToFileURL(path).href, path]) {
    const [, line] = stack.split(name, 2)[1]?.match(/^(?:\?at=\d+)?:(\d+)/) ?? [];
    if (line !== undefined) return Number(line);
  }
  return undefined;
}

function parse(source: string): ts.SourceFile {
  return ts.createSourceFile('carryon.config.ts', source, ts.ScriptTarget.ESNext, true);
}

function lineAt(file: ts.SourceFile, position: number): number {
  return file.getLineAndCharacterOfPosition(position).line + 1;
}
