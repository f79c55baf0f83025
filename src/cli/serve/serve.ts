/**
 * `kinetd serve`: one service, said on a command line. It is read, resolved and looked at on this machine like one of a
 * file, and nothing is opened unless all of it is right. Then it runs in the foreground until Ctrl-C.
 */
import { inspect } from '../../check/mod.ts';
import {
  type CommandLine,
  printCommandLine,
  type Reading,
  readCommandLine,
  resolveReading,
  type ServiceTable,
} from '../../config/mod.ts';
import { type Daemon, realSystem } from '../../daemon/mod.ts';
import type { DaemonLevel } from '../../log/mod.ts';
import type { Endpoint, FailureFlag, Service } from '../../model/mod.ts';
import { currentUmask, userById } from '../../os/mod.ts';
import { realMachine } from '../check/machine.ts';
import { controlAddress } from '../control-address.ts';
import { type Show, serveForeground } from '../foreground.ts';
import { outliveReaders } from '../output.ts';
import { openPlaces } from '../places.ts';
import { printDiagnostics } from '../report.ts';
import { onCommandLine } from './advice.ts';
import { findProgram } from './program.ts';
import { commandLineOf, type Typed } from './words.ts';

export interface ServeCommand extends Typed {
  readonly print: boolean;
  readonly voice: 'quiet' | 'usual' | 'verbose';
  readonly graceSeconds: number;
  /** The path of a control socket. */
  readonly control: string | undefined;
}

/** Exit statuses. */
const failed = 1;
const misused = 2;

const levels: Readonly<Record<ServeCommand['voice'], DaemonLevel>> = {
  quiet: 'ERROR',
  usual: 'WARNING',
  verbose: 'DEBUG',
};

/** With --quiet: clients that were not served. */
const failures = { onSuccess: new Set<never>(), onFailure: new Set<FailureFlag>(['HOST']) };

/** @returns the exit status */
export async function serveCommand(command: ServeCommand): Promise<number> {
  const { line, problems } = commandLineOf(command, surroundings());
  const reading = readCommandLine(line, problems);
  const load = async (): Promise<ServiceTable> => {
    const table = await resolveReading(reading, {}, realSystem());
    return { ...table, diagnostics: table.diagnostics.map(onCommandLine) };
  };
  const table = inspected(reading, await load());
  const [service] = table.entries.flatMap((entry) => (entry.state === 'ready' ? [entry.service] : []));
  const refused = service === undefined || table.diagnostics.some(({ severity }) => severity === 'error');
  if (refused || command.print) {
    outliveReaders();
    printDiagnostics(table, command.voice === 'verbose');
    // That a program is not here is no mistake of the command line.
    const wrong = reading.diagnostics.some(({ severity, code }) => severity === 'error' && code !== 'server-missing');
    if (wrong) return misused;
    const printed = command.print && problems.length === 0 && print(line);
    return refused || !printed ? failed : 0;
  }
  const control = command.control === undefined ? undefined : controlAddress(command.control, undefined);
  let first = true;
  return serveForeground({
    // Anew, since what a supervisor has said to the daemon is no part of the environment any more.
    load,
    level: levels[command.voice],
    shown: command.voice === 'quiet' ? failures : undefined,
    logFormat: undefined,
    control,
    stayAlive: false,
    byHand: true,
    pidFile: undefined,
    dumpFile: undefined,
    processLimit: undefined,
    graceSeconds: command.graceSeconds,
    endDropped: false,
    sources: ['the command line'],
    report(later, show) {
      printDiagnostics(first ? table : later, command.voice === 'verbose', { show });
      first = false;
    },
    onStarted(daemon, show) {
      if (command.voice !== 'quiet') introduce(daemon, service, command, show);
    },
  });
}

function surroundings(): Parameters<typeof commandLineOf>[1] {
  const uid = process.geteuid?.() ?? 0;
  const directory = process.cwd();
  return {
    user: userById(uid)?.name ?? String(uid),
    directory,
    umask: currentUmask(),
    find: (word) => findProgram(word, directory, process.env['PATH']),
  };
}

/** With what `kinetd check` would find on this machine. */
function inspected(reading: Reading, table: ServiceTable): ServiceTable {
  // Ports that a supervisor has opened are taken, and are meant to be.
  const passed = process.env['LISTEN_FDS'] !== undefined;
  const found = inspect(reading, table, realMachine()).filter(
    ({ code }) => !passed || (code !== 'port-taken' && code !== 'port-privileged'),
  );
  return { ...table, diagnostics: [...table.diagnostics, ...found.map(onCommandLine)] };
}

/** @returns whether it could be written */
function print(line: CommandLine): boolean {
  const text = printCommandLine(line);
  if (typeof text === 'string') {
    process.stdout.write(Buffer.from(`# ${line.text}\n${text}`, 'latin1'));
    return true;
  }
  process.stderr.write(
    `kinetd: a configuration file has no way to write the value of ${text.join(' and ')}: it is empty or holds a blank\n`,
  );
  return false;
}

/** Where it listens, and what somebody who has typed a line may not have thought of. */
function introduce(daemon: Daemon, { access, server }: Service, { attributes }: ServeCommand, show: Show): void {
  const places = openPlaces(daemon);
  for (const { place, endpoint } of places) {
    const all = isWildcard(endpoint) ? ' (every address of this machine)' : '';
    show(`kinetd: listening on ${place}${all}\n`);
  }
  const everybody = access.onlyFrom === undefined && access.noAccess.length === 0 && access.names === undefined;
  if (everybody && places.some(({ endpoint }) => isWildcard(endpoint))) {
    show('kinetd: whoever reaches this machine is served; --from says who is\n');
  }
  const root = server.kind === 'program' && server.launch.identity?.uid === 0;
  if (root && !attributes.has('user')) {
    show('kinetd: the program runs as root; --user gives it another user\n');
  }
}

function isWildcard({ address }: Endpoint): boolean {
  return address === '::' || address === '0.0.0.0';
}
