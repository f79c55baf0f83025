/**
 * The launch plan of a service that runs a program: who it runs as, where, which program with which words, environment
 * and limits. Every part looks at its own attributes, whatever the others found.
 */
import { hasConnections, type LaunchPlan, type ProgramPlan } from '../../model/mod.ts';
import type { Definition, Settings } from '../definition.ts';
import { resolveDirectories } from './directories.ts';
import type { Environments } from './environment.ts';
import type { Findings } from './findings.ts';
import { resolveForkserver } from './forkserver.ts';
import { resolveIdentity } from './identity.ts';
import { resolveProgram } from './program.ts';
import { resolveLimits } from './rlimits.ts';
import type { System } from './system.ts';
import type { Kind } from './transport.ts';

/** openbsd-inetd's servers have this whatever umask the daemon was started with (seen). */
const inetdUmask = 0o022;

/** @returns undefined when there is an error among the findings */
export function resolveLaunch(
  definition: Definition,
  kind: Kind,
  environments: Environments,
  system: System,
  findings: Findings,
): ProgramPlan | undefined {
  const { settings, dialect } = definition;
  checkActivation(definition, findings);
  const runAs = resolveIdentity(definition, system, findings);
  const directories = resolveDirectories(definition, system, findings);
  const program =
    directories === undefined ? undefined : resolveProgram(definition, directories.rootDirectory, system, findings);
  const { environment, variables } = environments.resolve(definition, findings);
  const socketPassing = settings.socket_passing ?? 'stdio';
  const uid = runAs?.uid ?? system.uid;
  const resourceLimits = resolveLimits(definition, uid, system, findings);
  const nice = resolveNice(settings, uid, findings);
  if (runAs === undefined || directories === undefined || program === undefined) return undefined;
  const launch: LaunchPlan = {
    program: program.program,
    argv: program.argv,
    environment: socketPassing === 'stdio' ? environment : environment.filter(isNotOfActivation),
    variables,
    identity: runAs.identity,
    umask: settings.umask ?? (dialect === 'xinetd' ? system.umask | 0o022 : inetdUmask),
    nice,
    resourceLimits,
    ...directories,
    noNewPrivileges: settings.no_new_privs === true,
  };
  const use = {
    wait: settings.wait === true,
    stream: kind.socketType !== undefined && hasConnections(kind.socketType),
  };
  const forkserver = resolveForkserver(definition, use, launch, system, findings);
  return { kind: 'program', stderr: stderrOf(settings), socketPassing, launch, forkserver };
}

/** With activation there is no client on any descriptor. */
function stderrOf({ environment, socket_passing, ...settings }: Settings): ProgramPlan['stderr'] {
  const stderr = settings.stderr ?? (environment === 'ucspi' ? 'log' : 'client');
  return socket_passing === 'activation' && stderr === 'client' ? 'log' : stderr;
}

/** Those are about the socket that the server gets, whatever `env` says. */
function isNotOfActivation(variable: string): boolean {
  return !/^LISTEN_(FDS|PID|FDNAMES|PIDFDID)=/.test(variable);
}

function checkActivation({ settings }: Definition, findings: Findings): void {
  if (settings.socket_passing === 'activation' && settings.wait === false) {
    findings.add(
      'activation-needs-wait',
      'socket_passing',
      'the servers of a service that does not wait get connections, not the listening socket',
      'write wait = yes if the program takes the socket over and accepts by itself, else leave socket_passing out',
    );
  }
}

/** Only root may be nicer to itself than to others; xinetd tries, fails and says nothing. */
function resolveNice({ nice = 0 }: Settings, uid: number, findings: Findings): number {
  if (nice >= 0 || uid === 0) return nice;
  findings.add(
    'limit-clamped',
    'nice',
    'only root may lower its nice value, so it stays as it is here',
    'write nice = 0 or above',
  );
  return 0;
}
