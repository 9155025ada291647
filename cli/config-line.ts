import ts from 'typescript';

/** The line (from 1) of `path` in the config's source, or of the nearest enclosing part that is written out there. */
export function lineOf(source: string, path: readonly (string | number)[]): number {
  const file = ts.createSourceFile('carryon.config.ts', source, ts.ScriptTarget.ESNext, true);
  let node: ts.Node | undefined = rootObject(file);
  if (node === undefined) return 1;
  for (const part of path) {
    const inner = step(node, part, file);
    if (inner === undefined) break;
    node = inner;
  }
  const place = ts.isPropertyAssignment(node.parent) && node.parent.initializer === node ? node.parent : node;
  return file.getLineAndCharacterOfPosition(place.getStart(file)).line + 1;
}

/** The object of `export default defineConfig({ … })`, `export default { … }`, or of a constant exported as default. */
function rootObject(file: ts.SourceFile): ts.Expression | undefined {
  for (const statement of file.statements) {
    if (ts.isExportAssignment(statement)) return written(statement.expression, file);
    if (!ts.isExportDeclaration(statement) || !statement.exportClause || !ts.isNamedExports(statement.exportClause))
      continue;
    const exported = statement.exportClause.elements.find(({ name }) => name.text === 'default');
    const name = exported?.propertyName ?? exported?.name;
    if (name !== undefined) return constant(name.text, file);
  }
  return undefined;
}

function step(node: ts.Node, part: string | number, file: ts.SourceFile): ts.Node | undefined {
  if (typeof part === 'number') {
    const element = ts.isArrayLiteralExpression(node) ? node.elements[part] : undefined;
    return element && written(element, file);
  }
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  // Of two properties with the same name the later one counts.
  const property = node.properties.findLast(({ name }) => name !== undefined && nameOf(name) === part);
  if (property === undefined) return undefined;
  if (ts.isShorthandPropertyAssignment(property)) return constant(property.name.text, file) ?? property;
  return ts.isPropertyAssignment(property) ? written(property.initializer, file) : property;
}

function nameOf(name: ts.PropertyName): string {
  const plain = ts.isComputedPropertyName(name) ? name.expression : name;
  return ts.isIdentifier(plain) || ts.isLiteralExpression(plain) ? plain.text : plain.getText();
}

/** The expression itself, without `as const`, `satisfies …`, parentheses or `defineConfig( … )`; for a constant, its value. */
function written(node: ts.Expression, file: ts.SourceFile): ts.Expression {
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)) {
    return written(node.expression, file);
  }
  if (ts.isCallExpression(node) && node.expression.getText() === 'defineConfig' && node.arguments[0] !== undefined) {
    return written(node.arguments[0], file);
  }
  return ts.isIdentifier(node) ? (constant(node.text, file) ?? node) : node;
}

/** The value of a constant that this file declares. */
function constant(name: string, file: ts.SourceFile): ts.Expression | undefined {
  const declarations = file.statements
    .filter(ts.isVariableStatement)
    .flatMap((statement) => [...statement.declarationList.declarations]);
  const declared = declarations.find(
    (declaration) => ts.isIdentifier(declaration.name) && declaration.name.text === name,
  );
  const value = declared?.initializer;
  // A constant that refers to itself would recurse for ever.
  return value && !ts.isIdentifier(value) ? written(value, file) : value;
}
