/** The manual pages are correct mdoc(7), as far as mandoc can tell. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { root } from '../daemon/kinetd.ts';
import { programPath } from '../daemon/programs.ts';

const mandoc = programPath('mandoc');

test.runIf(mandoc !== undefined)('mandoc finds nothing to warn of in the manual pages', () => {
  for (const page of readdirSync(join(root, 'man'))) {
    const { status, stdout, stderr } = spawnSync(
      mandoc ?? '',
      ['-T', 'lint', '-W', 'warning,stop', join(root, 'man', page)],
      { encoding: 'utf8' },
    );
    expect(`${status} ${stdout}${stderr}`).toBe('0 ');
  }
});
