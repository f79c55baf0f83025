/** An extension that is not php's own may have something to do at the very end: php takes itself apart then, in each child. */
import { execFileSync } from 'node:child_process';

import { compiledIn } from '../../oracle/compile.ts';
import { languages, obstacle, sameAsExecuted } from './adapter.ts';

/** The library, for the php that is here. */
function extension(): string {
  const info = execFileSync(languages.php.program, ['-i'], { encoding: 'utf8' });
  const [, api = ''] = /^PHP Extension => (\d+)$/m.exec(info) ?? [];
  const [, build = ''] = /^PHP Extension Build => (\S+)$/m.exec(info) ?? [];
  return compiledIn('test/unit/forkserver', 'foreign', '-shared', '-fPIC', `-DAPI=${api}`, `-DBUILD=${build}`);
}

sameAsExecuted('php', {
  'an extension of somebody else is ended as always': {
    options: obstacle('php') === undefined ? ['-d', `extension="${extension()}"`] : [],
    script: '<?php\necho extension_loaded("foreign") ? "loaded\\n" : "not loaded\\n";',
    expected: 'loaded\nforeign has ended\n',
  },
});
