/**
 * Configuration files of strangers (see wild.test.ts) in other words and back: an xinetd.conf as kinetd's own form and
 * that as an xinetd.conf again is the same ServiceTable, and nothing of a file is lost on the way to any target without
 * being told.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { renderDiagnostic, systemFiles } from '../../src/config/mod.ts';
import { fakeSystem } from '../unit/config/fake-system.ts';
import { memoryFiles } from '../unit/config/memory-files.ts';
import { meaningOf, type Readable, readable, type Target, textOf } from '../unit/convert/converting.ts';

const home = process.env['KINETD_WILD'] ?? join(import.meta.dirname, '../../../shared/wild');
const present = existsSync(home);
const files = present ? readdirSync(home).filter((name) => /\.x?inetd$/.test(name)) : [];
const xinetds = files.filter((name) => name.endsWith('.xinetd'));

const system = fakeSystem({ everything: true });

function wild(name: string): Promise<Readable> {
  return readable([name], systemFiles(home), system);
}

function again(text: string): Promise<Readable> {
  return readable(['/x'], memoryFiles({ '/x': text }), system);
}

function said({ table }: Readable): string {
  return table.diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, { colour: false })).join('\n');
}

/** What servers are like and where they listen, by name: two sockets for two families are one for both. Not those of some lines. */
function facts({ table }: Readable, except: readonly number[]): readonly (readonly [string, unknown])[] {
  return table.entries.flatMap((entry) => {
    if (entry.state !== 'ready' || except.includes(entry.origin.line)) return [];
    const { service } = entry;
    const places = service.endpoints.flatMap(({ family, address, port, stack }) => {
      const families = family === 'inet6' && stack !== 'only' ? ['inet', 'inet6'] : [family];
      return families.map((each) => `${each} ${/^(0\.0\.0\.0|::)$/.test(address) ? '*' : address} ${port}`);
    });
    const { server } = service;
    const launch =
      server.kind === 'program'
        ? {
            program: server.launch.program,
            argv: server.launch.argv,
            uid: server.launch.identity?.uid,
            gid: server.launch.identity?.gid,
            umask: server.launch.umask,
          }
        : server;
    const { wait, socketType, limits, access, rpc, banners } = service;
    const plain: unknown = JSON.parse(
      JSON.stringify({ places: places.toSorted(), launch, wait, socketType, limits, access, rpc, banners }),
    );
    return [[service.name, plain] as const];
  });
}

describe.skipIf(!present)('files in the wild, converted', () => {
  test.each(xinetds)('%s as kinetd.conf and as xinetd.conf again is the same', async (name) => {
    const first = await wild(name);
    const kinetd = await again(textOf(first.to('kinetd')));
    expect(meaningOf(kinetd.table, 'all'), said(kinetd)).toEqual(meaningOf(first.table, 'all'));
    const xinetd = await again(textOf(kinetd.to('xinetd')));
    expect(meaningOf(xinetd.table, 'services'), said(xinetd)).toEqual(meaningOf(first.table, 'services'));
  });

  test.each(files.filter((name) => name.endsWith('.inetd')))(
    '%s as kinetd.conf runs the same servers',
    async (name) => {
      const first = await wild(name);
      const { losses, ...converted } = first.to('kinetd');
      const second = await again(textOf({ losses, ...converted }));
      const lost = losses.filter(({ attribute }) => attribute === undefined).map(({ line }) => line);
      expect(facts(second, []), said(second)).toEqual(facts(first, lost));
    },
  );

  test.each(files)('%s is told of wholly, whatever it is converted to', async (name) => {
    const source = await wild(name);
    const comments = readFileSync(join(home, name), 'latin1')
      .split('\n')
      .filter((line) => /^\s*#/.test(line) && !line.includes('kinetd: dialect'))
      .map((line) => line.trim());
    const targets: readonly Target[] = [
      'kinetd',
      'xinetd',
      'systemd',
      'debian',
      'freebsd',
      'netbsd',
      'openbsd',
      'gnu',
      'busybox',
    ];
    for (const target of targets) {
      const { files: written, losses } = source.to(target);
      const text = [...written.values()].join('\n');
      if (target !== 'systemd') expect(comments.filter((comment) => !text.includes(comment))).toEqual([]);
      for (const { attribute, why } of losses) {
        expect(text).toContain(attribute === undefined ? 'Not converted' : `Not expressed: ${attribute}`);
        expect(why).not.toBe('');
      }
      const refused = source.table.entries.filter(({ state }) => state === 'refused').length;
      expect(losses.filter(({ attribute }) => attribute === undefined).length).toBeGreaterThanOrEqual(refused);
      if (target === 'systemd') continue;
      const read = await again(text);
      const lost = losses.filter(({ attribute }) => attribute === undefined).length;
      const ready = read.table.entries.filter(({ state }) => state === 'ready').length;
      const wanted = source.table.entries.filter(({ state }) => state === 'ready').length;
      expect(ready, `${target}\n${text}\n${said(read)}`).toBeGreaterThanOrEqual(wanted - lost + refused);
    }
  });
});
