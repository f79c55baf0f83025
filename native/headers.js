/**
 * For the install script: prints `--nodedir=PREFIX` when the headers of this very Node are installed beside it, as
 * they are with Node's own archives, NodeSource's packages and the usual images. node-gyp then compiles against
 * them, where it would download the same headers otherwise, which fails without a way to nodejs.org. Prints nothing
 * when they are not there, are another version's, or npm was told a nodedir already.
 *
 * usage: node headers.js [PREFIX]     (the prefix that node is installed in unless given)
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const prefix = process.argv[2] ?? dirname(dirname(process.execPath));
if (process.env.npm_config_nodedir === undefined && hasOurHeaders(join(prefix, 'include/node'))) {
  process.stdout.write(`--nodedir=${prefix}`);
}

function hasOurHeaders(folder) {
  const needed = ['node_version.h', 'node_api.h', 'common.gypi', 'config.gypi'];
  if (/\s/.test(folder) || !needed.every((name) => existsSync(join(folder, name)))) return false;
  const text = readFileSync(join(folder, 'node_version.h'), 'utf8');
  const number = (name) => new RegExp(`^#define NODE_${name}_VERSION (\\d+)`, 'm').exec(text)?.[1];
  return `${number('MAJOR')}.${number('MINOR')}.${number('PATCH')}` === process.versions.node;
}
