/** What can be read of a source file's syntax tree, for architecture.test.ts. */
import { join, sep } from 'node:path';
import ts from 'typescript';

export interface Import {
  /** A file of this repository, or a package's name. */
  target: string;
  typeOnly: boolean;
  /** The names that are imported, as their file exports them; `*`: any of them. */
  names: readonly string[];
}

export interface Source {
  path: string;
  text: string;
  lines: number;
  tree: ts.SourceFile;
  imports: Import[];
}

export function importsOf(tree: ts.SourceFile, path: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean, names: readonly string[] = ['*']) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const { text } = specifier;
    found.push({ target: text.startsWith('.') ? join(path, '..', text).split(sep).join('/') : text, typeOnly, names });
  };
  walk(tree, (node) => {
    if (ts.isImportDeclaration(node)) {
      const names = node.importClause?.namedBindings;
      const allTypes = names && ts.isNamedImports(names) && names.elements.every(({ isTypeOnly }) => isTypeOnly);
      const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword || allTypes === true;
      add(node.moduleSpecifier, typeOnly && node.importClause?.name === undefined, namesIn(node.importClause));
    } else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
  });
  return found;
}

function namesIn(clause: ts.ImportClause | undefined): string[] {
  const bindings = clause?.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) return ['*'];
  const named = bindings?.elements.map(({ propertyName, name }) => (propertyName ?? name).text) ?? [];
  return clause?.name === undefined ? named : ['default', ...named];
}

export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** Each circle that imports go in, once; imports of types count too. */
export function circlesOf(files: readonly Source[]): string[] {
  const graph = new Map(files.map(({ path, imports }) => [path, imports.map(({ target }) => target)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (done.has(path) || trail.includes(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return circles;
}

/** The places where one of these names is called or read: `fetch(…)`, `Date.now`, `new Date()`. */
export function uses(source: Source, names: readonly string[]): string[] {
  const found: string[] = [];
  const own = new Set<string>();
  walk(source.tree, (node) => {
    if ((ts.isBindingElement(node) || ts.isParameter(node)) && ts.isIdentifier(node.name))
      own.add(`${node.name.text}()`);
  });
  walk(source.tree, (node) => {
    const isCall = ts.isCallExpression(node) && ts.isIdentifier(node.expression);
    const isNew = ts.isNewExpression(node) && (node.arguments?.length ?? 0) === 0;
    const name = ts.isPropertyAccessExpression(node)
      ? node.getText()
      : isCall
        ? `${node.expression.getText()}()`
        : isNew
          ? `new ${node.expression.getText()}()`
          : undefined;
    // A port passed as an argument is not a global.
    if (name === undefined || !names.includes(name) || own.has(name)) return;
    found.push(`${source.path}:${source.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${name}`);
  });
  return found;
}

/** What a file exports by name: each name with its statement. */
export const exportsOf = ({ tree }: Source): { name: string; statement: ts.Statement }[] =>
  tree.statements.flatMap((statement) => {
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => ({ name: name.getText(), statement }));
    const { name } = statement as ts.Statement & { name?: ts.Identifier };
    return [{ name: name?.text ?? 'default', statement }];
  });

export const isType = (statement: ts.Statement): boolean =>
  ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);

/** `'name' in value`, by which code tells the kinds of an untagged union apart. */
export function namesLookedFor({ tree }: Source): string[] {
  const found: string[] = [];
  walk(tree, (node) => {
    if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.InKeyword) return;
    if (ts.isStringLiteralLike(node.left)) found.push(node.getText());
  });
  return found;
}
