/** A machine written down: a few users, programs and services, and a count of the questions asked. */
import type { DeviceState, ExecutableFile, ProgramState, System, User } from '../../../src/config/mod.ts';

export interface FakeSystem extends System {
  /** Each question with its arguments, in order. */
  readonly asked: readonly string[];
}

export interface Machine {
  readonly users?: readonly User[];
  readonly groups?: Readonly<Record<string, number>>;
  /** Supplementary groups by user, as group(5) has them. */
  readonly memberships?: Readonly<Record<string, readonly number[]>>;
  /** `name/protocol` to port. */
  readonly services?: Readonly<Record<string, number>>;
  /** By path; of programs below another root, the root and the path together. */
  readonly programs?: Readonly<Record<string, ProgramState>>;
  /** The same; `/` is there always. */
  readonly directories?: readonly string[];
  /** Addresses as numbers. */
  readonly networks?: Readonly<Record<string, number>>;
  readonly hosts?: Readonly<Record<string, readonly string[]>>;
  /** Sizes by path. */
  readonly files?: Readonly<Record<string, number>>;
  readonly executables?: Readonly<Record<string, ExecutableFile>>;
  readonly forkserver?: System['forkserver'];
  readonly devices?: Readonly<Record<string, DeviceState>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly umask?: number;
  readonly hardLimits?: Partial<System['hardLimits']>;
  readonly mayRaiseLimits?: boolean;
  readonly uid?: number;
  readonly gid?: number;
  /** Every user, group, program and service that is asked for exists. */
  readonly everything?: boolean;
}

const root: User = { name: 'root', uid: 0, gid: 0 };
const nobody: User = { name: 'nobody', uid: 65534, gid: 65533 };
const alice: User = { name: 'alice', uid: 1000, gid: 1001 };

const numbers: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmp: 1, sctp: 132 };

const programNumbers: Readonly<Record<string, number>> = {
  rstatd: 100_001,
  rusersd: 100_002,
  walld: 100_008,
  rquotad: 100_011,
  sprayd: 100_012,
  pcnfsd: 150_001,
};

export function fakeSystem(machine: Machine = {}): FakeSystem {
  const asked: string[] = [];
  const users = machine.users ?? [root, nobody, alice];
  const groups = machine.groups ?? { root: 0, daemon: 1, nogroup: 65533, alice: 1001, staff: 50 };
  const memberships = machine.memberships ?? { alice: [24, 27], nobody: [100] };
  const services = machine.services ?? {
    'echo/tcp': 7,
    'echo/udp': 7,
    'ftp/tcp': 21,
    'telnet/tcp': 23,
    'tftp/udp': 69,
  };
  const programs = machine.programs ?? { '/bin/cat': 'executable', '/bin/sh': 'executable' };
  function ask<Answer>(question: string, answer: Answer): Answer {
    asked.push(question);
    return answer;
  }
  const invented = (name: string): User | undefined =>
    machine.everything === true ? { name, uid: 2000, gid: 2000 } : undefined;
  return {
    asked,
    user: (name) => ask(`user ${name}`, users.find((user) => user.name === name) ?? invented(name)),
    userById: (uid) =>
      ask(
        `uid ${uid}`,
        users.find((user) => user.uid === uid),
      ),
    group: (name) => ask(`group ${name}`, groups[name] ?? (machine.everything === true ? 2000 : undefined)),
    groupList: (user, gid) => ask(`groups ${user} ${gid}`, [gid, ...(memberships[user] ?? [])]),
    service: (name, protocol) => ask(`service ${name}/${protocol}`, services[`${name}/${protocol}`]),
    rpc: (name) => ask(`rpc ${name}`, programNumbers[name]),
    protocol: (name) => {
      const number = numbers[name.toLowerCase()];
      return ask(`protocol ${name}`, number === undefined ? undefined : { name: name.toLowerCase(), number });
    },
    network: (name) => ask(`network ${name}`, machine.networks?.[name]),
    program: (path, root = '') =>
      ask(
        `program ${root}${path}`,
        programs[`${root}${path}`] ?? (machine.everything === true ? 'executable' : 'missing'),
      ),
    executable: (path) => ask(`executable ${path}`, machine.executables?.[path]),
    forkserver: machine.forkserver,
    directory: (path, root = '') =>
      ask(
        `directory ${root}${path}`,
        path === '/' || machine.everything === true || machine.directories?.includes(`${root}${path}`) === true,
      ),
    fileSize: (path) => ask(`file ${path}`, machine.everything === true ? 100 : machine.files?.[path]),
    device: (name) => ask(`device ${name}`, machine.devices?.[name] ?? { state: 'missing' }),
    addresses: (host) => Promise.resolve(ask(`host ${host}`, machine.hosts?.[host] ?? [])),
    environment: machine.environment ?? { PATH: '/usr/bin:/bin', LANG: 'C' },
    umask: machine.umask ?? 0o022,
    hardLimits: {
      as: Number.POSITIVE_INFINITY,
      cpu: Number.POSITIVE_INFINITY,
      data: Number.POSITIVE_INFINITY,
      nofile: 1024,
      rss: Number.POSITIVE_INFINITY,
      stack: Number.POSITIVE_INFINITY,
      ...machine.hardLimits,
    },
    mayRaiseLimits: machine.mayRaiseLimits ?? true,
    uid: machine.uid ?? 0,
    gid: machine.gid ?? 0,
  };
}
