/**
 * Lines to a tree. The grammar of xinetd.conf(5), with these differences, all of which lose less:
 * `service x {` may stand on one line; a line outside of every entry costs only itself; an entry without `}`
 * ends where the next one begins; a comment may follow a header, a brace, and the values of an attribute that
 * takes a fixed number of them.
 *
 * Never throws; each line is looked at once.
 */
import { type Diagnostic, type DiagnosticCode, diagnose, quote, shorten, suggest } from '../diagnostic/mod.ts';
import { locate, type SourceFile } from '../source/mod.ts';
import { type Line, type Lines, linesOf } from './lexer.ts';
import { type Assignment, type Item, type Operator, spanOf, type Tree, type Word } from './tree.ts';

const keywords = ['service', 'defaults', 'include', 'includedir'] as const;
type Keyword = (typeof keywords)[number];

/** Tells whether an attribute takes a list, in which a `#` is a value like the others. */
export type TakesList = (attribute: string) => boolean;

export function parseXinetd(file: SourceFile, takesList: TakesList): Tree {
  return new Parser(file, takesList).parse();
}

/** The keyword of a line that begins an entry or a directive; `service = x` is none. */
export function headerKeyword(line: readonly Word[]): Keyword | undefined {
  const [first, second] = line;
  if (first === undefined || (second !== undefined && operatorOf(second.text) !== undefined)) return undefined;
  const word = first.text.toLowerCase();
  return keywords.find((keyword) => keyword === word);
}

function operatorOf(text: string): Operator | undefined {
  if (text.startsWith('=')) return '=';
  if (text.startsWith('+=')) return '+=';
  return text.startsWith('-=') ? '-=' : undefined;
}

class Parser {
  readonly #file: SourceFile;
  readonly #takesList: TakesList;
  readonly #lines: Lines;
  readonly #items: Item[] = [];
  readonly #problems: Diagnostic[] = [];

  constructor(file: SourceFile, takesList: TakesList) {
    this.#file = file;
    this.#takesList = takesList;
    this.#lines = linesOf(file);
  }

  parse(): Tree {
    for (let line = this.#lines.next(); line !== undefined; line = this.#lines.next()) {
      const keyword = headerKeyword(line);
      if (keyword === 'service') this.#service(line);
      else if (keyword === 'defaults') this.#block(line);
      else if (keyword !== undefined) this.#include(keyword, line);
      else this.#stray(line);
    }
    return { file: this.#file, items: this.#items, problems: this.#problems };
  }

  #service(line: Line): void {
    const name = line[1];
    if (name === undefined || name.text === '{' || name.text.startsWith('#')) {
      this.#problem('missing-name', line[0], line[0], "'service' needs a name: service NAME");
      this.#passOver();
      return;
    }
    this.#block(line, name);
  }

  /** Everything up to the next header, which is where an entry that cannot be kept ends. */
  #passOver(): void {
    for (
      let line = this.#lines.peek();
      line !== undefined && headerKeyword(line) === undefined;
      line = this.#lines.peek()
    ) {
      this.#lines.next();
      if (line[0].text === '}') return;
    }
  }

  #include(kind: 'include' | 'includedir', line: Line): void {
    const [keyword, path, ...rest] = line;
    if (path === undefined || path.text.startsWith('#')) {
      const what = kind === 'include' ? 'FILE' : 'DIRECTORY';
      this.#problem('missing-name', keyword, keyword, `'${kind}' needs a path: ${kind} ${what}`);
      return;
    }
    this.#extraWords(rest);
    this.#items.push({ kind, keyword, path });
  }

  /** A run of lines that mean nothing is one problem, however long. */
  #stray(first: Line): void {
    let more = 0;
    for (
      let line = this.#lines.peek();
      line !== undefined && headerKeyword(line) === undefined;
      line = this.#lines.peek()
    ) {
      this.#lines.next();
      more++;
    }
    const [word] = first;
    const run =
      more === 0 ? '' : `; ${more === 1 ? 'the line after it is' : `the ${more} lines after it are`} passed over too`;
    if (word.text === '{' || word.text === '}') {
      this.#problem('stray-brace', word, word, `a ${quote(word.text)} that belongs to no entry${run}`);
    } else {
      const near = suggest(word.text, keywords);
      const help =
        near === undefined ? "expected 'service', 'defaults', 'include' or 'includedir'" : `did you mean '${near}'?`;
      this.#problem(
        'stray-words',
        word,
        first.at(-1) ?? word,
        `a line outside of every entry is not understood${run}`,
        help,
      );
    }
  }

  #block(header: Line, name?: Word): void {
    const [keyword] = header;
    const problems: Diagnostic[] = [];
    const what = name === undefined ? "'defaults'" : `service ${quote(name.text)}`;
    const report: Reporter = (code, first, last, message, help) => {
      problems.push(diagnose(code, spanOf(this.#file, first, last), message, { help }));
    };

    const rest = header.slice(name === undefined ? 1 : 2);
    const brace = rest.findIndex((word) => word.text === '{' || word.text.startsWith('#'));
    let opened = rest[brace]?.text === '{';
    let closed = false;
    this.#extraWords(brace === -1 ? rest : rest.slice(0, brace));
    if (opened) {
      closed = this.#afterBrace(rest.slice(brace), report);
    } else {
      const next = this.#lines.peek();
      opened = next?.[0].text === '{';
      if (opened && next !== undefined) {
        this.#lines.next();
        closed = this.#afterBrace(next, report);
      } else {
        const help = name?.text.endsWith('{') ? "put a space before the '{'" : "put '{' on the line after it";
        report('missing-open-brace', keyword, name ?? keyword, `${what} has no '{'`, help);
      }
    }

    const assignments: Assignment[] = [];
    while (!closed) {
      const line = this.#lines.peek();
      if (line === undefined || headerKeyword(line) !== undefined) {
        if (opened) this.#unclosed(what, keyword, name, line, report);
        break;
      }
      this.#lines.next();
      closed = line[0].text === '}';
      if (closed) this.#extraAfterEnd(line);
      else assignments.push(...this.#assignment(line, report));
    }
    const block = { keyword, assignments, problems };
    this.#items.push(name === undefined ? { kind: 'defaults', ...block } : { kind: 'service', name, ...block });
  }

  /** True when the same line closes the entry again. */
  #afterBrace(line: readonly Word[], report: Reporter): boolean {
    const [brace, first] = line;
    const last = line.at(-1);
    if (brace === undefined || first === undefined || last === undefined || first.text.startsWith('#')) return false;
    if (line.length > 2 || first.text !== '}') {
      report(
        'stray-brace',
        brace,
        last,
        "'{' must end its line",
        "put each attribute and the '}' on lines of their own",
      );
    }
    return last.text === '}';
  }

  #unclosed(what: string, keyword: Word, name: Word | undefined, next: Line | undefined, report: Reporter): void {
    const where =
      next === undefined ? 'before the end of the file' : `before line ${locate(this.#file, next[0].start).line}`;
    report(
      'missing-close-brace',
      keyword,
      name ?? keyword,
      `${what} has no '}'`,
      `put '}' on a line of its own ${where}`,
    );
  }

  #extraAfterEnd(line: Line): void {
    const [, first] = line;
    if (first === undefined || first.text.startsWith('#')) return;
    this.#problem('stray-words', first, line.at(-1) ?? first, "nothing may follow a '}' on its line");
  }

  /** One, or none when the line is not understood. */
  #assignment(line: Line, report: Reporter): readonly Assignment[] {
    const [attribute, second] = line;
    const last = line.at(-1) ?? attribute;
    const { text } = attribute;
    if (text === '{') {
      report('stray-brace', attribute, attribute, "a second '{'");
      return [];
    }
    const glued = text.search(/[+-]?=/);
    if (glued !== -1) {
      if (glued === 0) report('missing-operator', attribute, last, 'the name of the attribute is missing');
      else
        report(
          'space-before-operator',
          attribute,
          attribute,
          `${quote(text.slice(0, glued))} needs a space before its operator`,
          spacedOut(text, glued),
        );
      return [];
    }
    const operator = second === undefined ? undefined : operatorOf(second.text);
    if (second === undefined || operator === undefined) {
      const found = second === undefined ? 'nothing follows it' : `${quote(second.text)} is none`;
      report(
        'missing-operator',
        attribute,
        second ?? attribute,
        `${quote(text)} needs an operator and ${found}`,
        `write: ${shorten(text, 40)} = …`,
      );
      return [];
    }
    const words = line.slice(2);
    if (second.text.length > operator.length) {
      words.unshift({ text: second.text.slice(operator.length), start: second.start + operator.length });
    }
    const hash = this.#takesList(text) ? -1 : words.findIndex((word) => word.text.startsWith('#'));
    const values = hash === -1 ? words : words.slice(0, hash);
    const comment = hash === -1 ? [] : words.slice(hash);
    return [{ attribute, operator, operatorStart: second.start, values, comment }];
  }

  #extraWords(words: readonly Word[]): void {
    const [first] = words;
    const last = words.at(-1);
    if (first === undefined || last === undefined || first.text.startsWith('#')) return;
    this.#problem('extra-words', first, last, 'words that mean nothing here');
  }

  #problem(code: DiagnosticCode, first: Word, last: Word, message: string, help?: string): void {
    this.#problems.push(diagnose(code, spanOf(this.#file, first, last), message, { help }));
  }
}

type Reporter = (code: DiagnosticCode, first: Word, last: Word, message: string, help?: string) => void;

function spacedOut(text: string, operatorAt: number): string {
  const end = text.indexOf('=', operatorAt) + 1;
  return shorten(`write: ${text.slice(0, operatorAt)} ${text.slice(operatorAt, end)} ${text.slice(end) || '…'}`, 100);
}
