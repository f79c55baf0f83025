/** What holds for every inetd.conf, whatever is in it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Definition } from '../../src/config/definition.ts';
import { printInetd, readInetd } from '../../src/config/inetd/mod.ts';
import { diagnosticToJson, renderDiagnostic } from '../../src/config/mod.ts';
import { sourceFile } from '../../src/config/source/mod.ts';

/** Bytes as a file is read: every character below 256. */
const bytes = fc.string({
  unit: fc.integer({ min: 1, max: 255 }).map((byte) => String.fromCharCode(byte)),
  maxLength: 400,
});

const address = fc.constantFrom(
  '',
  '*:',
  ':',
  '127.0.0.1:',
  '[::1]:',
  '::1:',
  '10.0.0.1,[::2]:',
  'host.example:',
  'a,,b:',
  '[::1]',
);
const service = fc.constantFrom(
  'ftp',
  '9000',
  '65535',
  '70000',
  '/run/s',
  'rstatd/1-3',
  'tcpmux/x',
  '.include',
  'o-k_1',
  '',
);
const socketType = fc.constantFrom('stream', 'dgram', 'raw', 'seqpacket', 'rdm', 'on', 'stream,3', 'x');
const protocol = fc.constantFrom(
  'tcp',
  'tcp4',
  'tcp6',
  'tcp46',
  'udp',
  'udp4',
  'rpc/udp',
  'unix',
  'tcp,sndbuf=1k',
  'udp,rcvbuf=2m,sndbuf=7',
  'tcp6only',
  'x',
);
const wait = fc.constantFrom('wait', 'nowait', 'nowait.3', 'wait:40', 'nowait/3', 'Wait');
const user = fc.constantFrom('root', 'alice.staff', 'alice:staff', 'a.b:c', 'x/y', ':', 'nobody');
const program = fc.constantFrom('/bin/cat', 'internal', 'cat', '/bin/sh sh -c true', '/bin/cat # x', '#', '/x "a b"');
const blank = fc.constantFrom(' ', '\t', '  ', '\n ', '\n\t');
const field = fc.tuple(blank, fc.oneof(socketType, protocol, wait, user, program)).map((parts) => parts.join(''));
const goodLine = fc
  .tuple(address, service, blank, socketType, blank, protocol, blank, wait, blank, user, blank, program)
  .map((parts) => parts.join(''));
const line = fc.oneof(
  { weight: 6, arbitrary: goodLine },
  fc.tuple(address, service, fc.array(field, { maxLength: 8 })).map(([a, s, fields]) => a + s + fields.join('')),
  fc.constantFrom('# x', '#@ x', '', '  # x', '127.0.0.1:', '*:', 'a,,:'),
  bytes,
);
const text = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'))
  .map(([lines, end]) => lines.join(end));

/** Everything a Definition says but where it says it. */
function meaning({ name, settings, inetd, errors }: Definition): unknown {
  return { name, settings, inetd, errors: errors.length };
}

function read(content: string): ReturnType<typeof readInetd> {
  return readInetd(sourceFile('/etc/inetd.conf', content));
}

test('no text makes the reader throw, and every finding has a place in the text and a rendering', () => {
  fc.assert(
    fc.property(fc.oneof(text, bytes), (content) => {
      const { definitions, diagnostics } = read(content);
      for (const { span } of [...definitions, ...diagnostics]) {
        if (span === undefined) throw new Error('no place');
        expect(span.start).toBeGreaterThanOrEqual(0);
        expect(span.end).toBeLessThanOrEqual(content.length);
        expect(span.end).toBeGreaterThan(span.start);
      }
      for (const diagnostic of diagnostics) {
        renderDiagnostic(diagnostic, { colour: false });
        diagnosticToJson(diagnostic);
      }
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      expect(definitions.flatMap((definition) => definition.errors).length).toBeLessThanOrEqual(errors.length);
    }),
  );
});

test('printing what was read and reading it again gives the same definitions', () => {
  fc.assert(
    fc.property(text, (content) => {
      const good = read(content).definitions.filter(({ errors }) => errors.length === 0);
      const printed = printInetd(good);
      const again = read(printed).definitions;
      expect(again.map(meaning)).toEqual(good.map(meaning));
      expect(printInetd(again)).toBe(printed);
    }),
    { numRuns: 300 },
  );
});

test('the generator above makes lines that are good, so the property before this one says something', () => {
  const samples = fc.sample(text, { numRuns: 200, seed: 1 });
  const good = samples.flatMap((content) => read(content).definitions.filter(({ errors }) => errors.length === 0));
  expect(good.length).toBeGreaterThan(20);
});
