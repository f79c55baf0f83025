/**
 * Loads the programs of dist/bin/, where packaging/bundle.js puts this file: as require() does, but with what V8 has made
 * of each file when it was built (FILE.cache), so that nothing has to be compiled that has been then. A cache that is not
 * there, or is of another version of Node, costs nothing but time: the file is compiled then.
 */

const { readFileSync } = require('node:fs');
const path = require('node:path');
const { Script } = require('node:vm');

/** What has been loaded, by name: the module, and the script that it is of. */
const loaded = new Map();

function cacheOf(filename) {
  try {
    return readFileSync(`${filename}.cache`);
  } catch {
    return undefined;
  }
}

function load(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known.module.exports;
  const filename = path.join(__dirname, name);
  const text = readFileSync(filename, 'latin1');
  const wrapper = `(function (exports, require, module, __filename, __dirname) {${text}\n})`;
  const script = new Script(wrapper, { filename, cachedData: cacheOf(filename) });
  const module = { exports: {} };
  loaded.set(name, { module, script, filename });
  const requireHere = (id) => (id.startsWith('./') ? load(id.slice(2)) : require(id));
  script.runInThisContext().call(module.exports, module.exports, requireHere, module, filename, __dirname);
  return module.exports;
}

module.exports = { load, loaded };
