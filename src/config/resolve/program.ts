/**
 * The program of a service and the words it is started with.
 *
 * argv[0] is the last component of the program's path, unless the flag NAMEINARGS says that server_args
 * begins with it (inetd.conf lines always do). xinetd honours the flag only when it stands before
 * server_args in the text; here the order does not matter.
 *
 * `command` says both at once, and its argv[0] is the last component of the path.
 *
 * The program must be there and executable when the configuration is read, as in xinetd. A relative path is
 * refused: xinetd looks for it where the daemon was started and then fails to execute it in `/`. A name without a
 * path, as BusyBox's inetd takes it, is looked for in an inetd.conf: not on the daemon's PATH, which may be anything,
 * but in the usual folders, and once, when the line is read.
 */
import type { Definition, Settings } from '../definition.ts';
import { rulesOf } from '../inetd/mod.ts';
import type { Findings } from './findings.ts';
import type { System } from './system.ts';
import { systemText } from './text.ts';

/** Where a program without a path is looked for: Debian's PATH for root. */
const usualFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

export interface Program {
  readonly program: string;
  readonly argv: readonly [string, ...string[]];
}

/** @param root what the program has as `/`; undefined: the daemon's own */
export function resolveProgram(
  definition: Definition,
  root: string | undefined,
  system: System,
  findings: Findings,
): Program | undefined {
  const { settings } = definition;
  refuseTwo(settings, findings);
  const program = resolveServer(definition, root, system, findings);
  if (program === undefined) return undefined;
  const args: string[] = [];
  const source = settings.command === undefined ? 'server_args' : 'command';
  for (const bytes of settings.command?.slice(1) ?? settings.server_args ?? []) {
    const text = systemText(bytes, source, findings);
    if (text === undefined) return undefined;
    args.push(text);
  }
  if (settings.flags?.has('NAMEINARGS') !== true) return { program, argv: [baseName(program), ...args] };
  const [argv0, ...rest] = args;
  if (argv0 !== undefined) return { program, argv: [argv0, ...rest] };
  return findings.add(
    'no-argv0',
    'flags',
    'NAMEINARGS is set and server_args is missing',
    'write server_args, beginning with argv[0], or take NAMEINARGS out',
  );
}

function refuseTwo({ command, server, server_args, flags }: Settings, findings: Findings): void {
  if (command === undefined) return;
  const named = { server, server_args, 'the flag NAMEINARGS': flags?.has('NAMEINARGS') === true || undefined };
  for (const [name, value] of Object.entries(named)) {
    if (value === undefined) continue;
    findings.add(
      'two-programs',
      'command',
      `command stands beside ${name}`,
      `take one of them out: command replaces ${name}`,
    );
  }
}

/** The path of a program that can be executed. */
export function resolveServer(
  definition: Definition,
  root: string | undefined,
  system: System,
  findings: Findings,
): string | undefined {
  const { inetd, settings } = definition;
  const bytes = settings.command?.[0] ?? settings.server;
  if (bytes === undefined) return undefined;
  const attribute = settings.command === undefined ? 'server' : 'command';
  const written = systemText(bytes, attribute, findings);
  if (written === undefined) return undefined;
  const found = inetd === undefined ? undefined : inUsualFolders(written, system);
  if (found !== undefined && inetd !== undefined && !rulesOf(inetd.dialect).searchesPath) {
    findings.add(
      'server-without-path',
      'server',
      `the program '${written}' has no path and is run as ${found}`,
      `write ${found}: of the inetds only BusyBox's looks for programs`,
    );
  }
  const program = found ?? written;
  return isRunnable(program, attribute, root, system, findings) ? program : undefined;
}

function isRunnable(
  program: string,
  attribute: 'server' | 'command',
  root: string | undefined,
  system: System,
  findings: Findings,
): boolean {
  if (!program.startsWith('/')) {
    findings.add(
      'server-not-absolute',
      attribute,
      `the program '${program}' is not an absolute path`,
      `write ${inUsualFolders(program, system) ?? 'the whole path, from / on'}`,
    );
    return false;
  }
  const state = system.program(program, root);
  if (state === 'executable') return true;
  const where = root === undefined ? '' : ` below ${root}`;
  if (state === 'missing') {
    const tcpd = baseName(program) === 'tcpd' ? 'install tcpd, or name the server itself' : undefined;
    findings.add(
      'server-missing',
      attribute,
      `there is no program ${program}${where}`,
      tcpd ?? `install the program${where && ' there'}, or disable the service`,
    );
  } else if (state === 'directory') {
    findings.add('server-is-directory', attribute, `${program}${where} is a directory`, 'name the program in it');
  } else {
    findings.add(
      'server-not-executable',
      attribute,
      `${program}${where} may not be executed`,
      'chmod it, or name another program',
    );
  }
  return false;
}

/** The whole path of a program that is given by its name alone. */
function inUsualFolders(name: string, system: System): string | undefined {
  const candidates = name.includes('/') ? [] : usualFolders.map((folder) => `${folder}/${name}`);
  return candidates.find((path) => system.program(path, undefined) === 'executable');
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
