#!/usr/bin/env node
/**
 * packaging/bundle.js: puts the compiled modules of dist/ together into a few files in dist/bin/, which the programs in
 * bin/ and the worker load. Node takes most of a millisecond for each module that it loads, and there are hundreds; what
 * is imported late in the source is a file of its own and loaded late here too. The files are CommonJS, since of these V8
 * can keep what it has compiled (load.js); what there is to keep is found by running them once (compiled.js).
 *
 * A file in dist/bin/ is as deep as one in dist/cli/, so that both find the parts of the package by the same path.
 */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { rolldown } from 'rolldown';
import { keepCompiled } from './compiled.js';

const from = (path) => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** commander can start programs for its commands. Ours are functions, and the module takes long to load. */
const withoutChildProcess = {
  name: 'without-child-process',
  resolveId: (id) => (id === 'node:child_process' ? { id, external: false } : undefined),
  load: (id) => (id === 'node:child_process' ? { code: 'module.exports = {};', moduleType: 'js' } : undefined),
};

rmSync(from('bin'), { recursive: true, force: true });
const bundle = await rolldown({
  input: {
    kinetd: from('cli/kinetd.js'),
    inetd: from('cli/inetd.js'),
    xinetd: from('cli/xinetd.js'),
    // By this name the worker is found: see worker/start.ts.
    main: from('worker/main.js'),
  },
  platform: 'node',
  // Our modules do nothing but export, so a file needs only those whose exports it uses, whatever else a mod.js names.
  treeshake: { moduleSideEffects: false },
  plugins: [withoutChildProcess],
});
const { output } = await bundle.generate({ format: 'cjs', chunkFileNames: '[name].js', comments: false });
await bundle.close();
mkdirSync(from('bin'));
for (const chunk of output) writeFileSync(from(`bin/${chunk.fileName}`), ascii(chunk.code), 'latin1');
writeFileSync(from('bin/package.json'), '{ "type": "commonjs" }\n');
copyFileSync(here('load.js'), from('bin/load.js'));

/** With escapes, so that V8 keeps the text in one byte for each character, and nothing has to be decoded (load.js). */
function ascii(code) {
  return code.replace(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

try {
  await keepCompiled();
} catch (error) {
  console.error(`nothing that is compiled is kept, so that programs start slower: ${error.message}`);
}
