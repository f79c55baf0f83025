/**
 * Every source of convert/ is converted to every target, on an imagined machine; what comes out, with the list of what is
 * lost at its end, is compared with the file of the same name that ends in the target's name. To see a change of many at
 * once: `npx vitest run test/golden/convert.test.ts -u`, and read the difference.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { systemFiles } from '../../src/config/mod.ts';
import { fakeSystem } from '../unit/config/fake-system.ts';
import { readable, type Target } from '../unit/convert/converting.ts';

const home = join(import.meta.dirname, 'convert');
const sources = readdirSync(home).filter((name) => /\.(conf|inetd)$/.test(name));
const targets: readonly Target[] = ['kinetd', 'xinetd', 'systemd', 'debian', 'openbsd', 'freebsd', 'netbsd', 'gnu', 'busybox'];

describe.each(sources)('%s', (name) => {
  test.each(targets)('for %s', async (target) => {
    const source = await readable([name], systemFiles(home), fakeSystem());
    const { files, losses } = source.to(target);
    const texts = [...files].map(([file, text]) => `--- ${file} ---\n${Buffer.from(text, 'latin1').toString()}`);
    const told = losses.map(({ file, line, service, attribute, why }) => `${file}:${line}: ${service ?? 'all'}: ${attribute ?? 'not converted'}: ${why}\n`);
    const text = `${texts.join('\n')}--- lost ---\n${told.join('')}`.replaceAll(`${home}/`, '');
    await expect(text).toMatchFileSnapshot(join(home, `${name}.${target}.txt`));
  });
});
