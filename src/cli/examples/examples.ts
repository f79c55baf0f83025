/**
 * `kinetd examples`: the services of examples/ on this machine, in the foreground, on 127.0.0.1.
 *
 * Started by root they run as `nobody`, otherwise as the caller. An example whose interpreter is missing is left
 * out, and one whose port is taken waits for it; the others run.
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Daemon } from '../../daemon/mod.ts';
import type { Identity } from '../../model/mod.ts';
import { groupList, userById, userByName } from '../../os/mod.ts';
import { runForeground } from '../run.ts';
import { makeFolder, readTemplates, removeFolder, writeFiles } from './folder.ts';
import { findInterpreters, programFolders } from './interpreters.ts';
import { prepare } from './prepare.ts';
import { probeAs } from './probe.ts';
import { examplesTable } from './table.ts';

export interface ExamplesOptions {
  /** Other ports than the examples' own, by the name of the service. */
  readonly ports: ReadonlyMap<string, number>;
}

/** Whom the services run as. */
interface Account {
  readonly name: string;
  /** undefined: the caller. */
  readonly identity: Identity | undefined;
}

const graceSeconds = 2;

/** @returns the exit status */
export async function runExamples(options: ExamplesOptions): Promise<number> {
  const account = servicesAccount();
  const programs = await usablePrograms(account);
  const folder = makeFolder(folderParent(account), account.identity);
  try {
    const prepared = prepare({
      templates: readTemplates(),
      folder: folder.path,
      state: folder.state,
      user: account.name,
      programs,
      ports: options.ports,
    });
    writeFiles(folder, prepared.files);
    return await runForeground({
      paths: [`${folder.path}/xinetd.conf`, `${folder.path}/inetd.conf`],
      debug: false,
      stayAlive: true,
      pidFile: undefined,
      dumpFile: undefined,
      processLimit: undefined,
      graceSeconds,
      endDropped: false,
      inetd: {},
      logFormat: undefined,
      control: 'none',
      controlGroup: undefined,
      onStarted: (daemon) => {
        const table = examplesTable(prepared, folder.state, listensOn(daemon), typedCommand());
        const own = `A program of your own: ${byNpm() ? 'bin/' : ''}kinetd serve tcp:127.0.0.1:7000 -- ./program`;
        process.stdout.write(`\n${table}\nCtrl-C ends them. ${own}\n\n`);
      },
    });
  } finally {
    removeFolder(folder);
  }
}

function usablePrograms(account: Account): ReturnType<typeof findInterpreters> {
  const environment = Object.entries(process.env).map(([name, value]) => `${name}=${value ?? ''}`);
  const probe = probeAs(account.identity, environment);
  return findInterpreters(programFolders(process.env['PATH'] ?? ''), existsSync, probe, account.name);
}

function servicesAccount(): Account {
  const uid = process.getuid?.() ?? 0;
  const nobody = uid === 0 ? userByName('nobody') : undefined;
  if (nobody === undefined) return { name: userById(uid)?.name ?? String(uid), identity: undefined };
  const { name, gid } = nobody;
  return { name, identity: { uid: nobody.uid, gid, groups: groupList(name, gid) } };
}

/** npm hands options on behind two dashes. */
function typedCommand(): string {
  return byNpm() ? 'npm start --' : 'kinetd examples';
}

function byNpm(): boolean {
  return process.env['npm_lifecycle_event'] === 'start';
}

/** Root's TMPDIR may be closed to others, and configuration files have no quotes for a blank in a name. */
function folderParent(account: Account): string {
  const parent = tmpdir();
  return account.identity !== undefined || /\s/.test(parent) ? '/tmp' : parent;
}

function listensOn(daemon: Daemon): (protocol: 'tcp' | 'udp', port: number) => boolean {
  const open = new Set(
    daemon.services.flatMap(({ service, listeners }) =>
      listeners.map(({ local }) => `${service.protocol.name} ${local?.port}`),
    ),
  );
  return (protocol, port) => open.has(`${protocol} ${port}`);
}
