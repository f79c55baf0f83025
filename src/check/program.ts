/**
 * Whether the program of a service can be executed by the user of the service, as far as files tell: the way to it, its
 * own mode bits, the processor that it is for, and the interpreter of a script or the loader of a program. With a
 * `chroot` all of it is looked for there, links followed as they lead there.
 */
import { executableOf } from '../config/mod.ts';
import type { LaunchPlan } from '../model/mod.ts';
import type { Credentials, Machine } from './machine.ts';
import { barrier, permits } from './permission.ts';
import type { Subject } from './subject.ts';

const caveat = 'mode bits are all that was looked at; an access control list may say otherwise';

export function checkProgram(subject: Subject, outside: Machine): void {
  const { server } = subject.service;
  if (server.kind !== 'program') return;
  const { launch } = server;
  const root = launch.rootDirectory;
  const machine = root === undefined ? outside : { ...outside, ...outside.below(root) };
  const who = credentialsOf(launch, machine);
  const { program } = launch;
  if (who.uid !== 0 && gainsWithGroups(program, who, machine)) {
    subject.add(
      'server-forbidden',
      subject.definition.spans.has('groups') ? 'groups' : attributeOf(subject),
      groupsMessage(program, who, machine),
      'write groups = yes, so that the program has the groups of its user',
    );
    return;
  }
  const head = machine.head(program);
  const kind = head === undefined ? undefined : executableOf(head);
  if (!checkReach(subject, program, who, machine, kind?.kind === 'script')) return;
  if (head !== undefined && kind?.kind === 'elf') checkMachine(subject, program, head, machine);
  const below = root === undefined ? '' : ` below ${root}`;
  if (kind?.kind === 'script') {
    checkHelper(
      subject,
      `the first line of ${program}${below} asks for ${kind.interpreter}`,
      kind.interpreter,
      who,
      machine,
    );
    const helper = executableOf(machine.head(kind.interpreter) ?? new Uint8Array());
    if (helper.kind === 'elf') checkLoader(subject, `${kind.interpreter}${below}`, helper.loader, who, machine);
  }
  if (kind?.kind === 'elf') checkLoader(subject, `${program}${below}`, kind.loader, who, machine);
  checkWorkingDirectory(subject, launch.workingDirectory, who, machine);
}

function credentialsOf({ identity }: LaunchPlan, { daemon }: Machine): Credentials {
  if (identity === undefined) return daemon;
  return { uid: identity.uid, gids: [identity.gid, ...(identity.groups ?? daemon.gids)] };
}

/** Whether the user may not execute the program as it would be run, and may with all groups that are his. */
function gainsWithGroups(program: string, who: Credentials, machine: Machine): boolean {
  const all = { uid: who.uid, gids: [...who.gids, ...(machine.user(who.uid)?.gids ?? [])] };
  return !mayExecute(program, who, machine) && mayExecute(program, all, machine);
}

function mayExecute(program: string, who: Credentials, machine: Machine): boolean {
  const file = machine.file(program);
  return barrier(program, who, machine) === undefined && (file === undefined || permits(file, who, 'execute'));
}

function groupsMessage(program: string, { uid, gids }: Credentials, machine: Machine): string {
  const user = machine.user(uid);
  const missing = (user?.gids ?? []).filter((gid) => !gids.includes(gid)).map((gid) => machine.group(gid) ?? `${gid}`);
  return `${user?.name ?? `uid ${uid}`} may execute ${program} only as a member of ${missing.join(' or ')}, and runs without`;
}

function checkReach(subject: Subject, program: string, who: Credentials, machine: Machine, script: boolean): boolean {
  const wall = barrier(program, who, machine);
  if (wall !== undefined) {
    subject.add(
      'server-forbidden',
      attributeOf(subject),
      `${userOf(who)} may not pass ${wall} on the way to ${program}`,
      caveat,
    );
    return false;
  }
  const file = machine.file(program);
  if (file === undefined) return false;
  // An interpreter reads its script with the rights of the user.
  const missing = !permits(file, who, 'execute')
    ? 'execute'
    : script && !permits(file, who, 'read')
      ? 'read'
      : undefined;
  if (missing !== undefined) {
    subject.add('server-forbidden', attributeOf(subject), `${userOf(who)} may not ${missing} ${program}`, caveat);
  }
  return missing === undefined;
}

function checkMachine(subject: Subject, program: string, head: Uint8Array, { elfMachine }: Machine): void {
  const own = elfMachineOf(head);
  // Processors of 64 bits commonly run programs for their 32 bits.
  if (own === undefined || elfMachine === undefined || own === elfMachine || related.get(elfMachine) === own) return;
  const message = `${program} is for ${nameOf(own)}, and this machine is ${nameOf(elfMachine)}`;
  subject.add(
    'server-other-machine',
    attributeOf(subject),
    message,
    'install the program for this machine, unless the kernel has a binfmt_misc for it',
  );
}

/** e_machine of an ELF file (elf(5)); undefined for anything else. */
export function elfMachineOf(head: Uint8Array): number | undefined {
  if (head.length < 20) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return view.getUint32(0) === 0x7f454c46 ? view.getUint16(18, head[5] === 1) : undefined;
}

const machines: ReadonlyMap<number, string> = new Map([
  [3, 'i386'],
  [8, 'MIPS'],
  [20, 'PowerPC'],
  [21, 'PowerPC 64'],
  [22, 'S/390'],
  [40, 'ARM'],
  [62, 'x86-64'],
  [183, 'AArch64'],
  [243, 'RISC-V'],
  [258, 'LoongArch'],
]);
/** What a machine runs besides its own. */
const related: ReadonlyMap<number, number> = new Map([
  [62, 3],
  [183, 40],
  [21, 20],
]);

function nameOf(machine: number): string {
  return machines.get(machine) ?? `processor ${machine} of elf(5)`;
}

function checkLoader(
  subject: Subject,
  program: string,
  loader: string | undefined,
  who: Credentials,
  machine: Machine,
): void {
  if (loader !== undefined) checkHelper(subject, `${program} is loaded by ${loader}`, loader, who, machine);
}

/** What the kernel executes in the place of the program. */
function checkHelper(subject: Subject, said: string, interpreter: string, who: Credentials, machine: Machine): void {
  const file = machine.file(interpreter);
  if (file === undefined) {
    subject.add('interpreter-missing', attributeOf(subject), `${said}, which is not there`, undefined);
  } else if (file.kind !== 'file') {
    subject.add('interpreter-missing', attributeOf(subject), `${said}, which is no program`, undefined);
  } else if (barrier(interpreter, who, machine) !== undefined || !permits(file, who, 'execute')) {
    subject.add(
      'interpreter-missing',
      attributeOf(subject),
      `${said}, which ${userOf(who)} may not execute`,
      caveat,
      'warning',
    );
  }
}

function checkWorkingDirectory(subject: Subject, path: string, who: Credentials, machine: Machine): void {
  const folder = machine.file(path);
  const wall =
    barrier(path, who, machine) ?? (folder !== undefined && !permits(folder, who, 'execute') ? path : undefined);
  if (wall === undefined) return;
  subject.add(
    'server-forbidden',
    'working_directory',
    `${userOf(who)} may not pass ${wall}, and the program runs in ${path}`,
    `write working_directory = / for a program that needs no other; ${caveat}`,
  );
}

function attributeOf({ definition }: Subject): 'command' | 'server' {
  return definition.settings.command === undefined ? 'server' : 'command';
}

function userOf({ uid }: Credentials): string {
  return `uid ${uid}`;
}
