/** An xinetd.conf is told from an inetd.conf by what it says. */
import { expect, it } from 'vitest';

import { looksLikeXinetd } from '../../../src/config/xinetd/mod.ts';

it.each([
  ['a service', 'service a\n{\n}\n'],
  ['defaults after comments', '# service\n\n\tDefaults\r\n{\r\n}\r\n'],
  ['an include', 'includedir /etc/xinetd.d\n'],
  ['a service behind a stray line', 'hello\nservice a\n{\n}\n'],
  ['braces alone', 'servise a\n{\n'],
  ['a byte order mark', '\u00ef\u00bb\u00bfdefaults\n{\n}\n'],
])('%s is an xinetd.conf', (_what, text) => {
  expect(looksLikeXinetd(text)).toBe(true);
});

it.each([
  ['nothing', ''],
  ['comments', '# service a\n# {\n'],
  ['a line of an inetd.conf', 'echo stream tcp nowait root internal\n'],
  ['an inetd service by the name of service', 'service stream tcp nowait root /bin/cat cat\n'],
  ['an inetd.conf that speaks of includes later', 'a dgram udp wait root /bin/a a\ninclude x\n'],
  ['an attribute called service', 'service = x\n'],
])('%s is none', (_what, text) => {
  expect(looksLikeXinetd(text)).toBe(false);
});
