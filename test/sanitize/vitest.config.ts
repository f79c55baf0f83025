/**
 * All tests, each at least once (npm test): those of src/os and of the library of fork servers with AddressSanitizer and
 * UBSan, which build.sh has put into a tree of their own, and all others without (npm run test:sanitize is the former
 * alone; `vitest run` is all without).
 *
 * A report of a sanitizer ends the process that made it, and its test fails. Leaks are not looked for: Node itself keeps
 * much until it ends.
 */
import { execFileSync } from 'node:child_process';

import { mergeConfig, type ViteUserConfig } from 'vitest/config';

import all from '../../vitest.config.ts';

/** The sanitizers come before all else into a process whose program is built without them. */
function library(name: string): string {
  return execFileSync('gcc', [`-print-file-name=${name}.so`], { encoding: 'utf8' }).trim();
}

const sanitized: ViteUserConfig = {
  root: 'build/sanitize',
  test: {
    ...all.test,
    name: 'sanitized',
    include: ['test/unit/{os,forkserver}/**/*.test.ts'],
    // Of the worker and of what it starts; vitest itself goes without. What has been freed is kept for a while, and who has
    // allocated it is told, not from where: with more of both, a program of Node's takes twice as long to start.
    env: {
      LD_PRELOAD: `${library('libasan')} ${library('libubsan')}`,
      ASAN_OPTIONS:
        'detect_leaks=0:abort_on_error=1:malloc_context_size=1:quarantine_size_mb=1:thread_local_quarantine_size_kb=16',
      UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
    },
  },
};

const plain: ViteUserConfig = {
  test: {
    ...all.test,
    name: 'plain',
    // Those with something that cannot be had with sanitizers run without as well: see where they skip.
    exclude: ['test/unit/os/**', 'test/unit/forkserver/!(adapter-refusal|equality|php)*'],
  },
};

const config: ViteUserConfig = mergeConfig(all, { test: { projects: [plain, sanitized] } });

export default config;
