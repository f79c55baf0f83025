/**
 * All tests, and those of src/os and of the library of fork servers once more with AddressSanitizer and UBSan, which
 * build.sh has put into a tree of their own (npm test; npm run test:sanitize for these alone).
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
    // Of the worker and of what it starts; vitest itself goes without. What has been freed is kept for a while, and where
    // memory comes from is told in few words: with more of both, a program of Node's takes twice as long to start.
    env: {
      LD_PRELOAD: `${library('libasan')} ${library('libubsan')}`,
      ASAN_OPTIONS:
        'detect_leaks=0:abort_on_error=1:malloc_context_size=2:quarantine_size_mb=16:thread_local_quarantine_size_kb=64',
      UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
    },
  },
};

const config: ViteUserConfig = mergeConfig(all, { test: { projects: ['vitest.config.ts', sanitized] } });

export default config;
