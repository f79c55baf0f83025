/** What holds for every inetd.conf, whatever is in it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { type Definition, type InetdDialect, inetdDialects } from '../../src/config/definition.ts';
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
  'tcpmux/+x',
  ':root:wheel:0600:/run/s',
  '.include',
  'o-k_1',
  '',
);
const socketType = fc.constantFrom('stream', 'dgram', 'raw', 'seqpacket', 'rdm', 'on', 'stream,3', 'stream:f,a', 'x');
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
const wait = fc.constantFrom('wait', 'nowait', 'nowait.3', 'wait:40', 'nowait/3', 'nowait/3/0/5', 'nowait.0', 'Wait');
const user = fc.constantFrom('root', 'alice.staff', 'alice:staff', 'a.b:c', 'x/y', 'a:b/c', ':', 'nobody');
const program = fc.constantFrom(
  '/bin/cat',
  'internal',
  'cat',
  '/bin/sh sh -c true',
  '/bin/cat # x',
  '#',
  '/x x "a b"',
  `/x 'a "b' "it's" x"y 'z'q`,
  '/x \\101 a\\ b\\"',
  '/x y\\\n z',
  '/x "open',
  '/usr/sbin/tcpd',
  '/usr/sbin/tcpd in.x -a',
  '/usr/libexec/tcpd /usr/sbin/in.x -a',
  'tcpd "/x/y z" -a',
  'tcpd tcpd',
);
const key = fc.constantFrom(
  'protocol = tcp4',
  'protocol = tcp',
  'protocol = udp6',
  'protocol = unix, socktype = stream',
  'wait = no',
  'wait=yes',
  'user = root',
  'user = a.b',
  'group = "staff"',
  'exec = /bin/cat',
  'exec = /usr/libexec/tcpd',
  `args = cat "a b" 'c\\n' x\\y "\\x41\\"" # comment\n d`,
  'bind = [::1]',
  'bind = *',
  'sndbuf = 12k, recvbuf = 3',
  'service_max = 7, ip_max = 2',
  'accept_max = 5',
  'acceptfilter = dataready',
  'ipsec =',
  'ipsec = in',
  'no_such = 1',
  'args = "open',
  'protocol',
);
const named = fc
  .tuple(
    address,
    service,
    fc.constantFrom('on', 'off'),
    fc.array(key, { maxLength: 7 }),
    fc.constantFrom(', ', ',\n\t', ' '),
    fc.constantFrom(';', ' ;', '', ';;'),
  )
  .map(([where, name, state, keys, comma, end]) => `${where}${name} ${state} ${keys.join(comma)}${end}`);
const goodNamed = fc
  .tuple(
    fc.constantFrom('ftp', '[::1]:ftp', '7'),
    fc.subarray(['group = g', 'sndbuf = 3', 'ip_max = 4', 'accept_max = 5', `args = x "a\\n'b" c`]),
  )
  .map(
    ([name, keys]) => `${name} on ${['protocol = tcp6', 'wait = no', 'user = a.b', 'exec = /x', ...keys].join(', ')};`,
  );
const blank = fc.constantFrom(' ', '\t', '  ', '\n ', '\n\t');
const field = fc.tuple(blank, fc.oneof(socketType, protocol, wait, user, program)).map((parts) => parts.join(''));
const goodLine = fc
  .tuple(address, service, blank, socketType, blank, protocol, blank, wait, blank, user, blank, program)
  .map((parts) => parts.join(''));
/** What every inetd can read, in one line. */
const plainLine = fc
  .tuple(
    fc.constantFrom('ftp', '9000', 'o-k_1'),
    fc.constantFrom('stream tcp nowait', 'stream tcp6 wait', 'dgram udp4 wait'),
    fc.constantFrom('root', 'alice:staff', 'nobody', 'a.b'),
    program,
  )
  .map((parts) => parts.join(' '));
const line = fc.oneof(
  { weight: 6, arbitrary: plainLine },
  { weight: 6, arbitrary: goodLine },
  named,
  goodNamed,
  fc.tuple(address, service, fc.array(field, { maxLength: 8 })).map(([a, s, fields]) => a + s + fields.join('')),
  fc.constantFrom('# x', '#@ x', '#@', '', '  # x', '127.0.0.1:', '*:', 'a,,:', '# kinetd: dialect gnu', '.include x'),
  bytes,
);
const text = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'))
  .map(([lines, end]) => lines.join(end));

/** Everything a Definition says but where it says it. */
function meaning({ name, settings, inetd, errors }: Definition): unknown {
  return { name, settings, inetd, errors: errors.length };
}

/** undefined: as the text has it. */
const dialect = fc.constantFrom(undefined, ...inetdDialects);

function read(content: string, as?: InetdDialect): ReturnType<typeof readInetd> {
  return readInetd(sourceFile('/etc/inetd.conf', content), { dialect: as });
}

test('no text makes the reader throw, and every finding has a place in the text and a rendering', () => {
  fc.assert(
    fc.property(fc.oneof(text, bytes), dialect, (content, as) => {
      const { definitions, diagnostics } = read(content, as);
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
    fc.property(text, dialect, (content, as) => {
      const first = read(content, as);
      const good = first.definitions.filter(({ errors }) => errors.length === 0);
      const printed = printInetd(good);
      const again = read(printed, first.dialect).definitions;
      expect(again.map(meaning)).toEqual(good.map(meaning));
      expect(printInetd(again)).toBe(printed);
    }),
    { numRuns: 300 },
  );
});

test.each(inetdDialects)('the generator above makes good lines of %s, so the property before says something', (as) => {
  const samples = fc.sample(text, { numRuns: 300, seed: 1 });
  const good = samples.flatMap((content) => {
    return read(content, as).definitions.filter(({ errors, inetd }) => errors.length === 0 && inetd?.dialect === as);
  });
  expect(good.length).toBeGreaterThan(20);
});

test('a text that names its dialect is read in it whatever the command line says', () => {
  fc.assert(
    fc.property(text, fc.constantFrom(...inetdDialects), dialect, (content, own, asked) => {
      const reading = read(`# kinetd: dialect ${own}\n${content}`, asked);
      expect(reading.dialect).toBe(own);
      expect(reading.diagnostics.filter(({ code }) => code === 'dialects-disagree')).toEqual([]);
    }),
  );
});
