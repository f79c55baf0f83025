import { defineConfig, type ViteUserConfig } from 'vitest/config';

// Where it is set, Node reads a whole store of certificates each time that it starts, which takes as long as all the rest
// of its start. The tests start it some thousand times, and nothing of them speaks TLS.
delete process.env['NODE_EXTRA_CA_CERTS'];

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/reporter.ts'],
    globalSetup: './test/oracle/compiled-folder.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // A worker goes from file to file and keeps the modules it has loaded; making one for each file costs as much as two
    // daemons. So modules of tests keep nothing that the next file must not see.
    isolate: false,
    // Most of a test's time is waiting for daemons and clients, so more files than processors run at once.
    maxWorkers: 3,
  },
});

export default config;
