/** A diagnostic is shown with the words it is about, and nothing a file holds reaches a terminal raw. */
import { describe, expect, it } from 'vitest';

import {
  codes,
  type Diagnostic,
  diagnose,
  diagnosticToJson,
  quote,
  renderDiagnostic,
  suggest,
  visible,
} from '../../../src/config/diagnostic/mod.ts';
import { sourceFile } from '../../../src/config/source/mod.ts';

/** A diagnostic about the first place where `words` stand in `text`. */
function about(text: string, words: string, message = 'something is wrong', help?: string): Diagnostic {
  const file = sourceFile('/etc/x', Buffer.from(text, 'utf8').toString('latin1'));
  const bytes = Buffer.from(words, 'utf8').toString('latin1');
  const start = file.text.indexOf(bytes);
  return diagnose('unknown-attribute', { file, start, end: start + bytes.length }, message, { help, service: 's' });
}

function render(diagnostic: Diagnostic): string[] {
  return renderDiagnostic(diagnostic, { colour: false }).split('\n');
}

describe('renderDiagnostic', () => {
  it('underlines the words and keeps tabs in step', () => {
    expect(render(about('service a\n{\n\tsockettype\t= stream\n}\n', 'stream', 'no', 'did you mean?'))).toEqual([
      'error[unknown-attribute]: no',
      '  --> /etc/x:3:15',
      '  |',
      '3 | \tsockettype\t= stream',
      '  | \t          \t  ^^^^^^',
      '  = help: did you mean?',
    ]);
  });

  it('underlines the first line of words that go on over several', () => {
    expect(render(about('a b\nc d', 'b\nc')).slice(3)).toEqual(['1 | a b', '  |   ^']);
  });

  it('points behind the end of a line', () => {
    const file = sourceFile('/x', 'abc\n');
    expect(render(diagnose('bad-word', { file, start: 3, end: 3 }, 'm')).at(-1)).toBe('  |    ^');
  });

  it('shows a window of a long line around the words', () => {
    const text = `${'left '.repeat(2_000_000)}HERE${' right'.repeat(10_000)}`;
    const [, , , line = '', marks = ''] = render(about(text, 'HERE'));
    expect(line.length).toBeLessThan(125);
    expect(line).toMatch(/^1 \| ….*left HERE right.*…$/);
    expect(line.slice(marks.indexOf('^'), marks.lastIndexOf('^') + 1)).toBe('HERE');
  });

  it('cuts no character in two at the edge of a window', () => {
    for (let shift = 0; shift < 4; shift++) {
      const text = `${'\u20ac'.repeat(200)}${'x'.repeat(shift)}HERE${'\u20ac'.repeat(200)}`;
      expect(render(about(text, 'HERE')).join('')).not.toContain('\\x');
    }
  });

  it('shows UTF-8 as the characters it spells', () => {
    expect(render(about('server = /opt/caf\u00e9 x', 'x')).slice(3)).toEqual([
      '1 | server = /opt/caf\u00e9 x',
      '  |                    ^',
    ]);
  });

  it.each([
    ['an escape sequence', '\u001b[31mred', '\\x1b[31mred'],
    ['a carriage return', 'a\rb', 'a\\x0db'],
    ['a backspace', 'a\bb', 'a\\x08b'],
    ['a C1 control', 'a\u009bb', 'a\\u{9b}b'],
    ['a direction override', 'a\u202eb', 'a\\u{202e}b'],
    ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
    ['delete', 'a\u007fb', 'a\\x7fb'],
  ])('shows %s as visible text everywhere', (_what, raw, shown) => {
    const diagnostic = about(
      `x = ${raw} y`,
      raw,
      `message ${Buffer.from(raw).toString('latin1')}`,
      `help ${Buffer.from(raw).toString('latin1')}`,
    );
    const lines = render({ ...diagnostic, path: `/${Buffer.from(raw).toString('latin1')}` });
    expect(lines).toEqual([
      `error[unknown-attribute]: message ${shown}`,
      `  --> /${shown}:1:5`,
      '  |',
      `1 | x = ${shown} y`,
      `  |     ${'^'.repeat(shown.length)}`,
      `  = help: help ${shown}`,
    ]);
  });

  it('shows broken UTF-8 byte by byte', () => {
    expect(visible('a\u00ffb\u00c3')).toBe('a\\xffb\\xc3');
    expect(visible('\u00c0\u00af\u00ed\u00a0\u0080')).toBe('\\xc0\\xaf\\xed\\xa0\\x80');
  });

  it('leaves a path from the command line readable', () => {
    expect(visible('/srv/\u20ac')).toBe('/srv/\u20ac');
  });

  it('shows what has no place without a frame', () => {
    const diagnostic: Diagnostic = {
      code: 'file-missing',
      severity: 'error',
      message: 'cannot open /x',
      path: '/x',
      span: undefined,
      service: undefined,
      help: 'make it',
    };
    expect(render(diagnostic)).toEqual(['error[file-missing]: cannot open /x', ' = help: make it']);
  });

  it('colours only when asked', () => {
    const diagnostic = about('a b', 'b');
    expect(renderDiagnostic(diagnostic, { colour: false })).not.toContain('\u001b');
    const coloured = renderDiagnostic(diagnostic, { colour: true });
    expect(coloured.replaceAll(/\p{Cc}\[[\d;]*m/gu, '')).toBe(renderDiagnostic(diagnostic, { colour: false }));
    expect(coloured).toContain('\u001b[1;31merror[unknown-attribute]');
  });

  it('keeps a message short whatever it quotes', () => {
    expect(quote('x'.repeat(1000)).length).toBeLessThan(70);
    expect(render(about('a', 'a', 'm'.repeat(10_000)))[0]?.length).toBeLessThan(600);
  });
});

describe('diagnosticToJson', () => {
  it('has a name for everything and null for what is absent', () => {
    expect(diagnosticToJson(about('a\n  bcd', 'bcd'))).toEqual({
      code: 'unknown-attribute',
      severity: 'error',
      message: 'something is wrong',
      file: '/etc/x',
      line: 2,
      column: 3,
      endLine: 2,
      endColumn: 6,
      service: 's',
      help: null,
    });
  });
});

describe('suggest', () => {
  const words = ['socket_type', 'server', 'server_args', 'user', 'port'];

  it.each([
    ['sockettype', 'socket_type'],
    ['SOCKET_TYPE', 'socket_type'],
    ['sevrer', 'server'],
    ['prot', 'port'],
    ['users', 'user'],
  ])('%s is meant to be %s', (word, meant) => {
    expect(suggest(word, words)).toBe(meant);
  });

  it.each(['', 'banana', 'x', 'ppppppppppppppppppppppppppppppppppppppppppppppp'])('has nothing for %s', (word) => {
    expect(suggest(word, words)).toBeUndefined();
  });
});

it('has an explanation for every code, which ends like a sentence', () => {
  for (const [code, [, explanation]] of Object.entries(codes)) {
    expect(code).toMatch(/^[a-z]+(-[a-z\d]+)*$/);
    expect(explanation).toMatch(/^[A-Za-z`].*\.$/);
  }
});
