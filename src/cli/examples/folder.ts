/**
 * The temporary folder that the examples run from: a copy of examples/, filled in, and `state/`, the only place
 * where the services may write.
 *
 * It is a copy, since the project may stand where the services' account cannot read, such as below /root. The folder
 * belongs to the caller and nobody else may change it. `state/` belongs to the services' account, so what is in it is
 * not trusted: it is removed name by name and never followed, or a service could make root remove other folders.
 */
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

import type { Identity } from '../../model/mod.ts';
import { packageFolder } from '../package-folder.ts';

const source = `${packageFolder}examples/`;

export interface ExamplesFolder {
  readonly path: string;
  readonly state: string;
}

/** The configuration files of examples/ by their names. */
export function readTemplates(): Map<string, string> {
  const services = readdirSync(`${source}xinetd.d`).map((name) => `xinetd.d/${name}`);
  const names = ['xinetd.conf', 'inetd.conf', ...services];
  return new Map(names.map((name) => [name, readFileSync(`${source}${name}`, 'utf8')]));
}

/**
 * @param parent an absolute path without white space that the services' account can reach
 * @param identity of the services' account when that is not the caller
 */
export function makeFolder(parent: string, identity: Identity | undefined): ExamplesFolder {
  const path = mkdtempSync(`${parent}/kinetd-examples-`);
  chmodSync(path, 0o755);
  cpSync(`${source}programs`, `${path}/programs`, { recursive: true });
  makeReadable(`${path}/programs`);
  const state = `${path}/state`;
  mkdirSync(state, { mode: 0o700 });
  if (identity !== undefined) chownSync(state, identity.uid, identity.gid);
  return { path, state };
}

/** Whatever the umask and the modes of the project's own files: these hold nothing secret. */
function makeReadable(folder: string): void {
  chmodSync(folder, 0o755);
  for (const name of readdirSync(folder)) chmodSync(`${folder}/${name}`, 0o644);
}

export function writeFiles(folder: ExamplesFolder, files: ReadonlyMap<string, string>): void {
  for (const [name, text] of files) {
    const path = `${folder.path}/${name}`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** @throws Error of the system when a service has left a folder of its own in `state/`, which then stays */
export function removeFolder(folder: ExamplesFolder): void {
  if (process.getuid?.() === 0) chownSync(folder.state, 0, 0);
  for (const name of readdirSync(folder.state)) unlinkSync(`${folder.state}/${name}`);
  rmdirSync(folder.state);
  rmSync(folder.path, { recursive: true });
}
