#!/bin/sh
# Builds the add-on and the library of fork servers with AddressSanitizer and UBSan, for the tests of src/os and of that
# library, which run with them beside the others; see vitest.config.ts here.
#
# The build stands in a tree of its own below build/sanitize, with copies of the sources, so that the daemon needs no
# way to load another add-on than its own. What is compiled (dist/) is taken as it is: `npm run build` first.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
tree=$top/build/sanitize
rm -rf "$tree"
mkdir -p "$tree/test/unit"
cp -R "$top/src" "$top/dist" "$top/native" "$top/binding.gyp" "$top/package.json" "$tree"
cp -R "$top/test/unit/os" "$top/test/unit/forkserver" "$tree/test/unit"
cp -R "$top/test/daemon" "$top/test/oracle" "$tree/test"
ln -s "$top/node_modules" "$tree/node_modules"
cd "$tree"

# npm tells where its node-gyp is; by hand, the one in PATH will do.
if [ -n "${npm_config_node_gyp:-}" ]; then
  gyp="node $npm_config_node_gyp"
else
  gyp=node-gyp
fi
$gyp configure --silent $(node native/headers.js) -- -Dsanitize=1
$gyp build --silent >build.log 2>&1 || { cat build.log; exit 1; }
