#!/bin/sh
# Builds the add-on and the library of fork servers with AddressSanitizer and UBSan and runs the tests of src/os and of
# that library with them (npm run test:sanitize).
#
# The build stands in a tree of its own below build/sanitize, with copies of the sources, so that the daemon needs no
# way to load another add-on than its own. A report of a sanitizer ends the process that made it, and its test fails.
# Leaks are not looked for: Node itself keeps much until it ends. Extra arguments go to vitest.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
tree=$top/build/sanitize
rm -rf "$tree"
mkdir -p "$tree/src" "$tree/test/unit"
cp -R "$top/src/model" "$top/src/os" "$tree/src"
cp -R "$top/native" "$top/binding.gyp" "$top/package.json" "$top/vitest.config.ts" "$tree"
cp "$top/tsconfig.json" "$top/tsconfig.build.json" "$tree"
cp "$top/test/reporter.ts" "$tree/test"
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
$gyp build --silent
node_modules/.bin/tsc -p tsconfig.build.json

LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)"
ASAN_OPTIONS=detect_leaks=0:abort_on_error=1
UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export LD_PRELOAD ASAN_OPTIONS UBSAN_OPTIONS
exec node node_modules/vitest/vitest.mjs run test/unit/os test/unit/forkserver "$@"
