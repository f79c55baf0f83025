/**
 * A Diagnostic as a person reads it, in the manner of rustc:
 *
 *     error[unknown-attribute]: there is no attribute 'sockettype'
 *       --> /etc/xinetd.d/echo:4:2
 *       |
 *     4 |     sockettype = stream
 *       |     ^^^^^^^^^^
 *       = help: did you mean 'socket_type'?
 *
 * Long lines are shown as a window around the underlined words; nothing from the file reaches the terminal
 * except as harmless text (display.ts). The work is bounded by the window, not by the line.
 */
import { lineAround, locate, type Span } from '../source/mod.ts';
import type { Diagnostic, Severity } from './diagnostic.ts';
import { glyphs, visible } from './display.ts';
import { shorten } from './quote.ts';

export interface RenderOptions {
  readonly colour: boolean;
}

/** Bytes of the line shown before the underlined words, and in all. */
const lead = 60;
const window = 110;

/** Several lines without a newline at the end. */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions): string {
  const paint = options.colour ? painted : plain;
  const heading = `${paint(diagnostic.severity, `${diagnostic.severity}[${diagnostic.code}]`)}${paint('strong', `: ${shown(diagnostic.message)}`)}`;
  const lines = [heading];
  let margin = '';
  if (diagnostic.span !== undefined) {
    const { line, column } = locate(diagnostic.span.file, diagnostic.span.start);
    const number = String(line);
    margin = ' '.repeat(number.length);
    const { text, underline } = frame(diagnostic.span);
    lines.push(
      `${margin} ${paint('frame', '-->')} ${visible(diagnostic.path)}:${line}:${column}`,
      `${margin} ${paint('frame', '|')}`,
      `${paint('frame', `${number} |`)} ${text}`,
      `${margin} ${paint('frame', '|')} ${paint(diagnostic.severity, underline)}`,
    );
  }
  if (diagnostic.help !== undefined) lines.push(`${margin} ${paint('frame', '=')} help: ${shown(diagnostic.help)}`);
  return lines.join('\n');
}

function shown(text: string): string {
  return visible(shorten(text, 500));
}

/** The shown part of the line, and the line of blanks and carets below it. */
function frame(span: Span): { readonly text: string; readonly underline: string } {
  const { text } = span.file;
  const line = lineAround(span.file, span.start);
  const end = Math.min(span.end, line.end);
  let from =
    line.end - line.start <= window ? line.start : Math.max(line.start, Math.min(span.start - lead, line.end - window));
  let to = Math.min(line.end, from + window);
  // A window never cuts a UTF-8 character in two.
  while (from > line.start && isContinuation(text, from)) from--;
  while (to < line.end && isContinuation(text, to)) to++;

  let shown = from > line.start ? '…' : '';
  let underline = from > line.start ? ' ' : '';
  let at = from;
  for (const glyph of glyphs(text.slice(from, to))) {
    shown += glyph.shown;
    const width = Array.from(glyph.shown).length;
    const marked = at + glyph.bytes > span.start && at < end;
    if (marked) underline += '^'.repeat(width);
    else if (at < span.start) underline += glyph.shown === '\t' ? '\t' : ' '.repeat(width);
    at += glyph.bytes;
  }
  if (to < line.end) shown += '…';
  // A place between two words, or the end of a line.
  if (!underline.endsWith('^')) underline += '^';
  return { text: shown.trimEnd(), underline };
}

function isContinuation(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xc0) === 0x80 && text.charCodeAt(at) < 0x100;
}

type Paint = (part: Severity | 'frame' | 'strong', text: string) => string;

const plain: Paint = (_part, text) => text;

const sgr = { error: '1;31', warning: '1;33', note: '1;36', frame: '1;34', strong: '1' } as const;

const painted: Paint = (part, text) => `\u001b[${sgr[part]}m${text}\u001b[0m`;
