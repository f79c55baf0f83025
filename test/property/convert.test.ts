/** Whatever stands in a configuration, converting it to kinetd's own form loses nothing of it, and none of its comments. */
import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { AttributeName } from '../../src/config/definition.ts';
import { attributeNames, attributes } from '../../src/config/xinetd/mod.ts';
import { fakeSystem } from '../unit/config/fake-system.ts';
import { memoryFiles } from '../unit/config/memory-files.ts';
import { meaningOf, type Readable, readable, textOf } from '../unit/convert/converting.ts';

const system = fakeSystem({ everything: true });

function read(text: string): Promise<Readable> {
  return readable(['/x'], memoryFiles({ '/x': text }), system);
}

/** What each service has, and what does not go with that. */
const fixed: ReadonlySet<AttributeName> = new Set([
  'type',
  'port',
  'socket_type',
  'protocol',
  'wait',
  'user',
  'server',
  'command',
  'listen',
  'redirect',
  'mdns',
  'flags',
  'disable',
  'id',
  'rpc_version',
  'rpc_number',
  'socket_passing',
  'socket_owner',
  'socket_group',
  'socket_mode',
  'bind',
  'launch',
  'enabled',
  'disabled',
]);

const more: Readonly<Partial<Record<AttributeName, readonly string[]>>> = {
  only_from: ['only_from = 10.0.0.{1,2}', 'only_from += 10.0.0.3', 'only_from -= 192.0.2.0/24', 'only_from ='],
  no_access: ['no_access = .example.org 2001:db8::/32', 'no_access += a.example'],
  log_on_success: ['log_on_success += PID', 'log_on_success -= HOST'],
  access_times: ['access_times = 22:00-6:00 0:00-24:00'],
  timeout: ['timeout = UNLIMITED', 'timeout = 90 0'],
  cps: ['cps = 0 0'],
  log_type: ['log_type = FILE /var/log/x 10K', 'log_type = SYSLOG local1'],
  env: ['env = A=1 B=2', 'env += C=x'],
};

function lines(place: 'service' | 'defaults'): fc.Arbitrary<readonly string[]> {
  const names = attributeNames().filter(
    (name) => !fixed.has(name) && attributes[name].places !== (place === 'service' ? 'defaults' : 'service'),
  );
  const line = (name: AttributeName): fc.Arbitrary<string> =>
    fc.constantFrom(attributes[name].example, ...(more[name] ?? []));
  return fc
    .shuffledSubarray(names, { maxLength: 12 })
    .chain((chosen) => fc.tuple(...chosen.map(line)))
    .map((all) => (place === 'defaults' ? all.filter((text) => !text.includes('-=')) : all));
}

const comment = fc.option(fc.stringMatching(/^# [a-z#={} ]{0,20}[a-z]$/), { nil: '' });

function block(header: string, body: readonly string[], comments: readonly string[]): string {
  const all = body.flatMap((line, index) => [comments[index] ?? '', `\t${line}`]);
  return `${comments.at(-1) ?? ''}\n${header}\n{\n${all.join('\n')}\n${comments[0] ?? ''}\n}\n`;
}

const comments = fc.array(comment, { minLength: 3, maxLength: 6 });
const service = fc.record({
  own: lines('service'),
  comments,
  flags: fc.subarray(['IPv4', 'KEEPALIVE', 'NOLIBWRAP']),
  off: fc.boolean(),
});
const text = fc
  .tuple(fc.array(service, { minLength: 1, maxLength: 5 }), lines('defaults'), comments, fc.boolean())
  .map(([services, defaults, above, first]) => {
    const blocks = services.map(({ own, comments: told, flags, off }, index) =>
      block(
        `service s${index}`,
        [
          'type = UNLISTED',
          `port = ${9000 + index}`,
          'socket_type = stream',
          'wait = no',
          'user = alice',
          'server = /bin/cat',
          ...(flags.length === 0 ? [] : [`flags = ${flags.join(' ')}`]),
          ...(off ? ['disable = yes'] : []),
          ...own,
        ],
        told,
      ),
    );
    const common = block('defaults', defaults, above);
    return first ? [common, ...blocks].join('') : [...blocks, common].join('');
  });

it('a configuration in its own form means the same', async () => {
  let ready = 0;
  await fc.assert(
    fc.asyncProperty(text, async (source) => {
      const first = await read(source);
      const converted = textOf(first.to('kinetd'));
      const second = await read(converted);
      expect(meaningOf(second.table, 'all')).toEqual(meaningOf(first.table, 'all'));
      ready += first.table.entries.filter(({ state }) => state === 'ready').length;
      const states = (table: Readable['table'], state: string): number =>
        table.entries.filter((entry) => entry.state === state).length;
      expect(states(second.table, 'disabled')).toBe(states(first.table, 'disabled'));
      // And once more it is the same text, but for what is left out the second time.
      if (first.table.entries.every(({ state }) => state === 'ready')) {
        expect(withoutBlanks(textOf(second.to('kinetd')))).toBe(withoutBlanks(converted));
      }
    }),
    { numRuns: 200 },
  );
  expect(ready).toBeGreaterThan(100);
});

function withoutBlanks(all: string): string {
  return all.replaceAll(/^\n/gm, '');
}

it('no comment is lost, whatever the target', async () => {
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.constantFrom('kinetd' as const, 'xinetd' as const, 'debian' as const),
      async (source, target) => {
        const converted = textOf((await read(source)).to(target));
        const told = source.split('\n').filter((line) => line.startsWith('#'));
        const found = converted.split('\n').map((line) => line.trim());
        for (const line of new Set(told)) {
          const count = (all: readonly string[]): number => all.filter((each) => each === line).length;
          expect(count(found), line).toBe(count(told));
        }
      },
    ),
    { numRuns: 100 },
  );
});
