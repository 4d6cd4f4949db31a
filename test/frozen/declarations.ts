import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSync } from 'vite';

/** A node of a syntax tree, of which nothing is known but where it stands. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** A name that a module declares, and all that it declares of it (an overloaded function has several). */
interface Declaration {
  readonly name: string;
  readonly module: Module;
  readonly statements: Node[];
}

/** Where a name leads: to a declaration of the package, or to one of another package. */
type Meaning = Declaration | { readonly outside: string };

/** Public types mention it, and nobody outside does anything with it: what it is made of is not looked at. */
const INNARDS: ReadonlySet<string> = new Set(['TreeEnvironment']);

/** What an entry declares, as text without comments. */
export interface Surface {
  /** By the names that it exports, in their order. */
  readonly exported: string;
  /** What those mention, though it has no name for a user. */
  readonly mentioned: string;
  /** Which declarations `exported` shows. */
  readonly shown: ReadonlySet<string>;
}

/**
 * What the declaration files behind an entry come to for a user, whatever the files in which they stand.
 *
 * @param known what another entry shows: it is not written out again where it is mentioned
 */
export function surfaceOf(entry: string, known: ReadonlySet<string> = new Set()): Surface {
  const exported = [...new Package().module(entry).exports()].sort(([a], [b]) => compare(a, b));
  const names = new Names();
  const links: string[] = [];
  for (const [name, meaning] of exported) {
    if ('outside' in meaning) links.push(`export ${name} is ${meaning.outside}`);
    else if (names.take(meaning, name) !== name) links.push(`export ${name} is ${names.of(meaning)}`);
  }
  const open = new Set(names.known());
  const texts = new Map<Declaration, string>();
  const outside = new Set<string>();
  // It grows while it is walked through: in the order in which they are mentioned, which no folder changes.
  for (const one of names.known()) {
    const isShown = open.has(one) || !(known.has(placeOf(one)) || INNARDS.has(one.name));
    if (isShown) texts.set(one, printed(one, names, outside));
  }
  const text = (isOpen: boolean) =>
    [...texts]
      .filter(([one]) => open.has(one) === isOpen)
      .sort(([a], [b]) => compare(names.of(a), names.of(b)))
      .map(([, written]) => `${isOpen ? 'export ' : ''}${written}\n`);
  const lines = (found: Iterable<string>) => [...found].sort(compare).map((line) => `${line}\n`);
  return {
    exported: [...lines(links), ...text(true)].join('\n'),
    mentioned: [lines(outside).join(''), ...text(false)].join('\n'),
    shown: new Set([...open].map(placeOf)),
  };
}

const placeOf = ({ module, name }: Declaration) => `${module.path}#${name}`;

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

class Package {
  readonly #modules = new Map<string, Module>();

  module(path: string): Module {
    const known = this.#modules.get(path);
    if (known) return known;
    const module = new Module(path, this);
    this.#modules.set(path, module);
    return module;
  }
}

/** One declaration file. */
class Module {
  readonly #text: string;
  readonly #comments: readonly Node[];
  readonly #declared = new Map<string, Declaration>();
  readonly #imported = new Map<string, () => Meaning>();
  readonly #exported = new Map<string, () => Meaning>();
  readonly #starred: string[] = [];

  constructor(
    readonly path: string,
    readonly files: Package,
  ) {
    this.#text = readFileSync(path, 'utf8');
    const { program, comments, errors } = parseSync(path, this.#text);
    if (errors.length > 0) throw new Error(`${path}: ${errors.map(({ message }) => message).join(', ')}`);
    this.#comments = comments.map(({ start, end }) => ({ type: 'comment', start, end }));
    for (const statement of nodes(program.body)) this.#learn(statement);
  }

  /** What it exports, by name. */
  *exports(): Generator<[string, Meaning]> {
    const seen = new Set<string>();
    for (const [name, meaning] of this.#exported) {
      seen.add(name);
      yield [name, meaning()];
    }
    for (const source of this.#starred) {
      for (const [name, meaning] of this.#from(source).exports()) if (!seen.has(name)) yield [name, meaning];
    }
  }

  /** What a name means that another module asks it for. */
  exported(name: string): Meaning {
    for (const [known, meaning] of this.exports()) if (known === name) return meaning;
    throw new Error(`${this.path} exports no ${name}`);
  }

  /** What a name means within it; undefined for a global or a parameter. */
  meaning(name: string): Meaning | undefined {
    return this.#declared.get(name) ?? this.#imported.get(name)?.();
  }

  /** What `import('…')` with a name behind it means. */
  imported(source: string, name: string): Meaning {
    return isOwn(source) ? this.#from(source).exported(name) : { outside: `import { ${name} } from '${source}'` };
  }

  /** A piece of its text without comments and empty lines, some of its parts replaced. */
  piece({ start, end }: Node, replaced: readonly { readonly at: Node; readonly by: string }[]): string {
    const cuts = [...this.#comments.map((at) => ({ at, by: '' })), ...replaced]
      .filter(({ at }) => at.start >= start && at.end <= end)
      .sort((a, b) => a.at.start - b.at.start);
    let [text, from] = ['', start];
    for (const { at, by } of cuts) {
      text += this.#text.slice(from, at.start) + by;
      from = at.end;
    }
    return (text + this.#text.slice(from, end)).replace(/[ \t]+$/gm, '').replace(/\n{2,}/g, '\n');
  }

  #from(source: string): Module {
    return this.files.module(join(dirname(this.path), source.replace(/\.js$/, '.d.ts')));
  }

  #learn(statement: Node): void {
    const source = textOf(statement.source, 'value');
    switch (statement.type) {
      case 'ImportDeclaration':
        for (const one of nodes(statement.specifiers)) this.#imports(one, source ?? '');
        return;
      case 'ExportAllDeclaration':
        if (statement.exported !== null) throw new Error(`${this.path}: export * as is not known here`);
        return void this.#starred.push(source ?? '');
      case 'ExportNamedDeclaration':
        if (isNode(statement.declaration)) return this.#declares(statement.declaration, true);
        for (const one of nodes(statement.specifiers)) this.#exports(one, source);
        return;
      default:
        return this.#declares(statement, false);
    }
  }

  #imports(one: Node, source: string): void {
    const local = textOf(one.local, 'name') ?? '';
    const name = textOf(one.imported, 'name');
    if (name !== undefined) this.#imported.set(local, () => this.imported(source, name));
    else if (!isOwn(source)) this.#imported.set(local, () => ({ outside: `import ${local} from '${source}'` }));
    else throw new Error(`${this.path}: a whole module of the package is imported, which is not known here`);
  }

  #exports(one: Node, source: string | undefined): void {
    const local = textOf(one.local, 'name') ?? '';
    const name = textOf(one.exported, 'name') ?? '';
    this.#exported.set(name, () => {
      const meaning = source === undefined ? this.meaning(local) : this.imported(source, local);
      if (meaning === undefined) throw new Error(`${this.path} exports ${local}, which it does not have`);
      return meaning;
    });
  }

  #declares(statement: Node, isExported: boolean): void {
    const several = statement.type === 'VariableDeclaration' ? nodes(statement.declarations) : [statement];
    for (const { id } of several) {
      const name = textOf(id, 'name');
      if (name === undefined) throw new Error(`${this.path}: a ${statement.type} without a name`);
      const declaration = this.#declared.get(name) ?? { name, module: this, statements: [] };
      this.#declared.set(name, declaration);
      declaration.statements.push(statement);
      if (isExported) this.#exported.set(name, () => declaration);
    }
  }
}

/** One name for each declaration: its own, or with a number behind it where another took that first. */
class Names {
  readonly #names = new Map<Declaration, string>();
  readonly #taken = new Set<string>();

  take(declaration: Declaration, wished = declaration.name): string {
    const known = this.#names.get(declaration);
    if (known !== undefined) return known;
    let name = wished;
    for (let number = 2; this.#taken.has(name); number += 1) name = `${wished}$${number}`;
    this.#names.set(declaration, name);
    this.#taken.add(name);
    return name;
  }

  of(declaration: Declaration): string {
    return this.#names.get(declaration) ?? declaration.name;
  }

  /** In the order in which they were taken; what is taken meanwhile comes too. */
  known(): IterableIterator<Declaration> {
    return this.#names.keys();
  }
}

/** A declaration as text, with the names that things have here; notes what it mentions. */
function printed({ module, statements, name: own }: Declaration, names: Names, outside: Set<string>): string {
  const replaced: { at: Node; by: string }[] = [];
  const mention = (at: Node, meaning: Meaning | undefined) => {
    if (meaning === undefined) return;
    if ('outside' in meaning) outside.add(meaning.outside);
    else replaced.push({ at, by: names.take(meaning) });
  };
  const walk = (node: Node): void => {
    if (node.type === 'TSImportType') {
      const source = textOf(node.source, 'value') ?? '';
      const { qualifier } = node;
      const name = textOf(qualifier, 'name');
      if (name === undefined || !isNode(qualifier)) throw new Error(`${module.path}: import('${source}') as a whole`);
      const whole = { type: '', start: node.start, end: qualifier.end };
      mention(whole, module.imported(source, name));
      if (isNode(node.typeArguments)) walk(node.typeArguments);
      return;
    }
    for (const mentioned of mentions(node)) {
      const name = textOf(mentioned, 'name') ?? '';
      mention(justName(mentioned), module.meaning(name));
    }
    // Nobody outside makes one: what it is made with is no part of what a user sees.
    if (node.type === 'MethodDefinition' && node.kind === 'constructor') return;
    for (const child of children(node)) walk(child);
  };
  for (const statement of statements) walk(statement);
  const self = module.meaning(own);
  for (const id of statements.flatMap(namesOf)) {
    if (textOf(id, 'name') === own) mention(justName(id), self);
  }
  return statements.map((statement) => module.piece(statement, replaced).replace(/^declare /, '')).join('\n');
}

function namesOf(statement: Node): readonly Node[] {
  const several = statement.type === 'VariableDeclaration' ? nodes(statement.declarations) : [statement];
  return several.map(({ id }) => id).filter(isNode);
}

/** Where an identifier stands without the type behind it. */
function justName(identifier: Node): Node {
  return { ...identifier, end: identifier.start + (textOf(identifier, 'name') ?? '').length };
}

/** The identifiers of a node that stand for a declaration. */
function mentions(node: Node): readonly Node[] {
  const isComputed = node.computed === true && isNode(node.key);
  const found = [node.typeName, node.exprName, node.superClass, isComputed ? node.key : null];
  if (node.type === 'TSInterfaceHeritage' || node.type === 'TSClassImplements') found.push(node.expression);
  return found.filter(isNode).flatMap((one) => leftmost(one) ?? []);
}

/** Of `a.b.c` the `a`. */
function leftmost(node: Node): Node | null {
  const left = node.left ?? node.object;
  if (isNode(left)) return leftmost(left);
  return node.type === 'Identifier' ? node : null;
}

function* children(node: Node): Generator<Node> {
  for (const value of Object.values(node)) {
    if (isNode(value)) yield value;
    else if (Array.isArray(value)) yield* value.filter(isNode);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

const nodes = (value: unknown): readonly Node[] => (Array.isArray(value) ? value.filter(isNode) : []);

function textOf(node: unknown, field: string): string | undefined {
  if (!isNode(node)) return undefined;
  const value = node[field];
  return typeof value === 'string' ? value : undefined;
}

const isOwn = (source: string) => source.startsWith('.');
