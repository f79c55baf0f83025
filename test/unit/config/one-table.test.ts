/** An entry of an inetd.conf and one of an xinetd.conf that say the same end in the same ServiceTable. */
import { expect, test } from 'vitest';

import { load } from '../../../src/config/mod.ts';
import type { Service } from '../../../src/model/mod.ts';
import { fakeSystem } from './fake-system.ts';
import { memoryFiles } from './memory-files.ts';

async function services(text: string): Promise<readonly Service[]> {
  const system = fakeSystem({ everything: true, environment: { LANG: 'C' } });
  const table = await load({ paths: ['/f'] }, system, memoryFiles({ '/f': text }));
  return table.entries.flatMap((entry) => (entry.state === 'ready' ? [entry.service] : []));
}

function entry(name: string, attributes: Readonly<Record<string, string>>): string {
  const lines = Object.entries(attributes).map(([attribute, value]) => `\t${attribute} = ${value}`);
  return `service ${name}\n{\n${lines.join('\n')}\n}\n`;
}

const common = {
  wait: 'no',
  user: 'alice',
  groups: 'yes',
  server: '/bin/cat',
  server_args: '-u',
  backlog: '128',
  umask: '022',
};

test.each([
  [
    'a port of TCP',
    '9000 stream tcp4 nowait alice /bin/cat cat -u',
    '9000',
    { listen: 'tcp:0.0.0.0:9000', socket_type: 'stream' },
  ],
  [
    'addresses',
    '127.0.0.1,[::1]:9000 stream tcp nowait alice /bin/cat cat -u',
    '9000',
    { listen: 'tcp:127.0.0.1:9000 tcp:[::1]:9000', socket_type: 'stream' },
  ],
  [
    'limits',
    '# $FreeBSD$\n9000 stream tcp nowait/3/10/2 alice /bin/cat cat -u',
    '9000',
    { listen: 'tcp:0.0.0.0:9000', socket_type: 'stream', instances: '3', per_source: '2', rate_limit_source: '10/m' },
  ],
  [
    'buffers',
    '9000 stream tcp4,sndbuf=64k,rcvbuf=1m nowait alice /bin/cat cat -u',
    '9000',
    { listen: 'tcp:0.0.0.0:9000', socket_type: 'stream', sndbuf: '64K', rcvbuf: '1M' },
  ],
  [
    'a Unix socket',
    '/run/s stream unix nowait alice /bin/cat cat -u',
    '/run/s',
    { listen: 'unix:/run/s', socket_type: 'stream', socket_mode: '0666' },
  ],
  [
    'tcpd',
    '9000 stream tcp4 nowait alice /usr/sbin/tcpd /bin/cat -u',
    '9000',
    { listen: 'tcp:0.0.0.0:9000', socket_type: 'stream', libwrap: 'cat' },
  ],
] as const)('%s', async (_, line, name, attributes) => {
  const [ofLine] = await services(`${line}\n`);
  const [ofEntry] = await services(
    entry(name, { ...common, ...attributes, ...('libwrap' in attributes ? {} : { flags: 'NOLIBWRAP' }) }),
  );
  if (ofLine === undefined || ofEntry === undefined) throw new Error('refused');
  expect(plain(ofLine)).toEqual(plain(ofEntry));
});

/** Without where it stands, and without what inetds and xinetd each have where nothing is said: starts a minute, and cps. */
function plain({ limits, ...service }: Service): object {
  return { ...service, origin: undefined, limits: { ...limits, startsPerMinute: undefined, cps: undefined } };
}
