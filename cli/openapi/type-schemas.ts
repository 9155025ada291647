/** JSON schemas of TypeScript's types, so that a reply's shape is written once: where the code has it. */
import ts from 'typescript';

/** The part of a JSON schema that is used here. */
export interface Schema {
  properties?: Record<string, Schema>;
  required?: string[];
  [keyword: string]: unknown;
}

/** Schemas of an interface's fields, and those of `components.schemas` that they refer to. */
export interface TypeSchemas {
  fields: Readonly<Record<string, Schema>>;
  named: Readonly<Record<string, Schema>>;
}

/** The schemas of the interface `name` in the file at `path`. */
export function schemasOf(path: string, name: string): TypeSchemas {
  const options: ts.CompilerOptions = {
    ...{ strict: true, exactOptionalPropertyTypes: true, allowImportingTsExtensions: true, noEmit: true, types: [] },
    ...{ skipLibCheck: true, target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const program = ts.createProgram([path], options);
  const file = program.getSourceFile(path);
  const written = file?.statements.find(
    (one): one is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(one) && one.name.text === name,
  );
  if (written === undefined) throw new Error(`${path} has no interface ${name}`);
  const writer = new SchemaWriter(program.getTypeChecker(), written);
  return { fields: writer.fields(), named: writer.named };
}

class SchemaWriter {
  /** Schemas by the name of their interface, so that a schema that several replies share is described once. */
  readonly named: Record<string, Schema> = {};
  readonly #types = new Map<string, ts.Type>();

  readonly #checker: ts.TypeChecker;
  readonly #written: ts.InterfaceDeclaration;

  constructor(checker: ts.TypeChecker, written: ts.InterfaceDeclaration) {
    this.#checker = checker;
    this.#written = written;
  }

  fields(): Record<string, Schema> {
    const type = this.#checker.getTypeAtLocation(this.#written);
    return Object.fromEntries(
      this.#checker.getPropertiesOfType(type).map((one) => [one.name, this.#schema(this.#typeOf(one), one.name)]),
    );
  }

  #schema(type: ts.Type, at: string): Schema {
    if (type.isUnion()) return this.#union(type.types, at);
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    const { flags } = type;
    if (flags & ts.TypeFlags.Unknown) return {};
    if (flags & ts.TypeFlags.Null) return { type: 'null' };
    if (flags & ts.TypeFlags.StringLike) return { type: 'string' };
    if (flags & ts.TypeFlags.NumberLike) return { type: 'number' };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: this.#checker.typeToString(type) === 'true' };
    if (flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' };
    if (this.#checker.isArrayType(type)) {
      const [item] = this.#checker.getTypeArguments(type as ts.TypeReference);
      if (item !== undefined) return { type: 'array', items: this.#schema(item, `${at}[]`) };
    }
    if (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) return this.#objectOrName(type, at);
    throw new Error(`${at} has the type ${this.#checker.typeToString(type)}, which no JSON schema describes yet`);
  }

  #union(types: readonly ts.Type[], at: string): Schema {
    const parts = types.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined)).map((one) => this.#schema(one, at));
    const found = parts.flatMap((one) => (one.const === undefined ? [] : [one.const]));
    const isBoolean = found.includes(true) && found.includes(false);
    const values = found.filter((value) => !isBoolean || typeof value !== 'boolean').toSorted();
    const names = [...parts.filter(isNameAlone).map(({ type }) => String(type)), ...(isBoolean ? ['boolean'] : [])];
    const others = parts.filter((one) => one.const === undefined && !isNameAlone(one));
    if (values.length > 0 && names.join() === 'null' && others.length === 0) return { enum: [...values, null] };
    const all: Schema[] = [
      ...others.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
      ...(values.length > 0 ? [values.length === 1 ? { const: values[0] } : { enum: values }] : []),
      ...(names.length > 0 ? [{ type: names.length === 1 ? names[0] : names.toSorted(nullLast) }] : []),
    ];
    return all.length === 1 && all[0] !== undefined ? all[0] : { anyOf: all };
  }

  #objectOrName(type: ts.Type, at: string): Schema {
    const name = this.#nameOf(type);
    if (name === undefined) return this.#object(type, at);
    const known = this.#types.get(name);
    if (known !== undefined && known !== type) return this.#object(type, at); // another type of that name
    if (known === undefined) {
      this.#types.set(name, type);
      this.named[name] = this.#object(type, name);
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  /** The name of an interface without type arguments; undefined for any other type. */
  #nameOf(type: ts.Type): string | undefined {
    const symbol = type.aliasSymbol ?? type.symbol;
    const isGeneric = (type.aliasTypeArguments ?? (type as ts.TypeReference).typeArguments ?? []).length > 0;
    if (symbol === undefined || isGeneric || type.isIntersection()) return undefined;
    return symbol.flags & ts.SymbolFlags.Interface ? symbol.name : undefined;
  }

  #object(type: ts.Type, at: string): Schema {
    const properties = this.#checker.getPropertiesOfType(type).toSorted(byPlace);
    const rest = this.#checker.getIndexInfosOfType(type)[0];
    const required = properties.filter(({ flags }) => !(flags & ts.SymbolFlags.Optional)).map(({ name }) => name);
    const schemas = properties.map((one) => [one.name, this.#schema(this.#typeOf(one), `${at}.${one.name}`)]);
    return {
      type: 'object',
      ...(properties.length > 0 && { properties: Object.fromEntries(schemas) }),
      ...(required.length > 0 && { required }),
      ...(rest !== undefined && { additionalProperties: this.#schema(rest.type, `${at}[]`) }),
    };
  }

  #typeOf(property: ts.Symbol): ts.Type {
    return this.#checker.getTypeOfSymbolAtLocation(property, this.#written);
  }
}

const isNameAlone = (schema: Schema): boolean => Object.keys(schema).join() === 'type';

const nullLast = (one: string, other: string): number =>
  Number(one === 'null') - Number(other === 'null') || (one < other ? -1 : 1);

/** Sorts properties as they stand in the sources, because the checker's own order depends on the file that it happens to check first. */
function byPlace(one: ts.Symbol, other: ts.Symbol): number {
  const [[oneFile, onePosition], [otherFile, otherPosition]] = [placeOf(one), placeOf(other)];
  return oneFile === otherFile ? onePosition - otherPosition : oneFile < otherFile ? -1 : 1;
}

function placeOf({ declarations }: ts.Symbol): [file: string, position: number] {
  const first = declarations?.[0];
  return [first?.getSourceFile().fileName ?? '', first?.pos ?? 0];
}
