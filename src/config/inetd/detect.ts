/**
 * Whose inetd a file is written for.
 *
 * A comment above the first entry says it: `# kinetd: dialect freebsd`. Else it is what the command line says. Else
 * each entry is tried against the dialects: one that only some of them can have written counts for these, and so does
 * the mark of a BSD's source tree (`$FreeBSD…$`) in a comment. Those with the most such lines are the candidates;
 * among several the first of the table is taken, and disagreements.ts says what the others would do.
 */
import { type InetdDialect, inetdDialects } from '../definition.ts';
import { type Diagnostic, diagnose } from '../diagnostic/mod.ts';
import type { SourceFile } from '../source/mod.ts';
import { dialectsOf } from './foreign.ts';
import { allRules, type Rules, rulesOf } from './rules.ts';
import { cutLine, isBlank } from './words.ts';

export interface Detection {
  readonly rules: Rules;
  /** Every dialect that the text may be; one when it has been told. */
  readonly candidates: readonly Rules[];
  readonly diagnostics: readonly Diagnostic[];
}

/** @param asked what the command line says; a comment of the file goes before it, since it is about this file */
export function detectDialect(file: SourceFile, asked: InetdDialect | undefined): Detection {
  const comment = dialectComment(file);
  if (comment?.dialect !== undefined) return told(comment.dialect);
  const diagnostics =
    comment === undefined
      ? []
      : [
          diagnose('bad-word', comment, `there is no dialect '${comment.word}'`, {
            help: `write one of ${inetdDialects.join(', ')}`,
          }),
        ];
  if (asked !== undefined) return { ...told(asked), diagnostics };
  const candidates = candidatesOf(file);
  const [rules = rulesOf('debian')] = candidates;
  return { rules, candidates, diagnostics };
}

function told(dialect: InetdDialect): Detection {
  const rules = rulesOf(dialect);
  return { rules, candidates: [rules], diagnostics: [] };
}

const comments = /^(?:\xef\xbb\xbf)?#[ \t]*kinetd:[ \t]*dialect[ \t]+(\S+)[ \t]*\r?$/;

/** The comment that names the dialect, if one stands above the first entry. */
function dialectComment(file: SourceFile):
  | {
      readonly word: string;
      readonly dialect: InetdDialect | undefined;
      readonly file: SourceFile;
      readonly start: number;
      readonly end: number;
    }
  | undefined {
  for (const { start, end } of linesOf(file)) {
    const line = file.text.slice(start, end);
    const [, word] = comments.exec(line) ?? [];
    if (word !== undefined) {
      const dialect = inetdDialects.find((known) => known === word.toLowerCase());
      const at = start + line.lastIndexOf(word);
      return { word, dialect, file, start: at, end: at + word.length };
    }
    if (!/^(?:\xef\xbb\xbf)?[ \t]*(?:#|\r?$)/.test(line)) return undefined;
  }
  return undefined;
}

const sourceMarks: readonly (readonly [mark: RegExp, dialect: InetdDialect])[] = [
  [/\$FreeBSD[:$]/, 'freebsd'],
  [/\$NetBSD[:$]/, 'netbsd'],
  [/\$OpenBSD[:$]/, 'openbsd'],
];

/** In the order of the table. */
function candidatesOf(file: SourceFile): readonly Rules[] {
  const lines = new Map<Rules, number>(allRules.map((rules) => [rules, 0]));
  const count = (rules: readonly Rules[]): void => {
    if (rules.length === 0 || rules.length === allRules.length) return;
    for (const one of rules) lines.set(one, (lines.get(one) ?? 0) + 1);
  };
  for (const { start, end } of linesOf(file)) {
    if (file.text[start] === '#') {
      const text = file.text.slice(start, end);
      if (/^#@.*\S/.test(text.slice(0, 80))) count([rulesOf('freebsd'), rulesOf('netbsd')]);
      for (const [mark, dialect] of sourceMarks) if (mark.test(text)) count([rulesOf(dialect)]);
      continue;
    }
    // What continues another line is no entry by itself, except where it is; either way it tells nothing.
    if (isBlank(file.text[start])) continue;
    const { words } = cutLine(file, start, end, { quotes: 'none', comments: 'line' });
    count(dialectsOf(words));
  }
  const most = Math.max(...lines.values());
  return allRules.filter((rules) => lines.get(rules) === most);
}

/** Lines without their ends. */
export function* linesOf({ text, lineStarts }: SourceFile): Generator<{
  readonly start: number;
  readonly end: number;
}> {
  for (const [index, start] of lineStarts.entries()) {
    let end = (lineStarts[index + 1] ?? text.length + 1) - 1;
    if (text[end - 1] === '\r' && end > start) end--;
    yield { start, end };
  }
}
