/** A folder for the C programs of one run of the tests, which every user can reach; see compile.ts. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    compiledFolder: string;
  }
}

export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'kinetd-built-'));
  chmodSync(folder, 0o755);
  project.provide('compiledFolder', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
