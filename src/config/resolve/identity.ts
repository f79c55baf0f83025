/**
 * Who a server runs as.
 *
 * xinetd.conf: digits are uid and gid at once without a look into passwd(5); `group` replaces the primary
 * group; `groups = yes` is initgroups(3) with the group of passwd(5), not with `group`; without it all
 * supplementary groups are dropped (reference: xinetd 2.3.15.3, observed).
 *
 * inetd.conf (Debian's openbsd-inetd, observed): `user` has the primary group and the supplementary groups of
 * that user; `user:group` has `group` and the supplementary groups of the user, without the primary one.
 * Root keeps root's own group alone, and a group written after root is ignored; the inetds of FreeBSD, NetBSD and
 * BusyBox set it, each with other supplementary groups.
 *
 * A daemon that is not root can only be itself, so a service that names somebody else is refused when the
 * configuration is read, not at the first connection (xinetd's servers die of `setuid failed` then).
 */
import type { Identity } from '../../model/mod.ts';
import type { Definition } from '../definition.ts';
import { rulesOf } from '../inetd/mod.ts';
import type { Findings } from './findings.ts';
import type { System, User } from './system.ts';
import { systemText } from './text.ts';

/** `identity` is undefined when the server keeps the daemon's ids; `uid` is what it runs as in any case. */
export interface RunAs {
  readonly identity: Identity | undefined;
  readonly uid: number;
}

export function resolveIdentity(definition: Definition, system: System, findings: Findings): RunAs | undefined {
  const { settings, dialect } = definition;
  if (settings.user === undefined) return undefined;
  const user = findUser(settings.user, dialect === 'xinetd', system, findings);
  const group = settings.group === undefined ? undefined : findGroup(settings.group, system, findings);
  if (user === undefined || (settings.group !== undefined && group === undefined)) return undefined;
  if (system.uid !== 0) return unchanged(definition, user, group, system, findings);
  const identity =
    dialect === 'xinetd'
      ? asXinetd(definition, user, group, system, findings)
      : asInetd(definition, user, group, system, findings);
  return identity === undefined ? undefined : { identity, uid: user.uid };
}

/** A user as far as a configuration can name one; the name is missing for digits. */
export interface Named {
  readonly name: string | undefined;
  readonly uid: number;
  readonly gid: number;
}

/** @returns undefined when there is none, which has been told */
export function findUser(bytes: string, digitsAreIds: boolean, system: System, findings: Findings): Named | undefined {
  if (digitsAreIds && /^\d+$/.test(bytes)) {
    const id = checkedId(bytes, 'user', findings);
    return id === undefined ? undefined : { name: undefined, uid: id, gid: id };
  }
  const name = systemText(bytes, 'user', findings);
  if (name === undefined) return undefined;
  const user: User | undefined = system.user(name);
  if (user !== undefined) return user;
  const dotted =
    !digitsAreIds && `create the user, or name another; a user name with a dot in it must be written as user:group`;
  return findings.add(
    'unknown-user',
    'user',
    `there is no user '${bytes}'`,
    dotted || 'create the user, or name another',
  );
}

/** @returns undefined when there is none, which has been told */
export function findGroup(bytes: string, system: System, findings: Findings): number | undefined {
  if (/^\d+$/.test(bytes)) return checkedId(bytes, 'group', findings);
  const name = systemText(bytes, 'group', findings);
  if (name === undefined) return undefined;
  return (
    system.group(name) ??
    findings.add('unknown-group', 'group', `there is no group '${bytes}'`, 'create the group, or name another')
  );
}

/** 2^32 - 1 means "leave it" to setuid(2) and its family, so it is no id. */
function checkedId(digits: string, attribute: 'user' | 'group', findings: Findings): number | undefined {
  const id = Number(digits);
  if (id < 0xffff_ffff) return id;
  return findings.add(
    attribute === 'user' ? 'unknown-user' : 'unknown-group',
    attribute,
    `${digits} is not an id`,
    'ids are below 4294967295',
  );
}

function asXinetd(
  { settings }: Definition,
  user: Named,
  group: number | undefined,
  system: System,
  findings: Findings,
): Identity | undefined {
  const gid = group ?? user.gid;
  if (settings.groups !== true) return { uid: user.uid, gid, groups: [] };
  const passwd = user.name === undefined ? system.userById(user.uid) : { name: user.name, gid: user.gid };
  if (passwd === undefined) {
    return findings.add(
      'unknown-user',
      'user',
      `uid ${user.uid} has no name, so its groups are not known`,
      'write groups = no, or name a user',
    );
  }
  return { uid: user.uid, gid, groups: system.groupList(passwd.name, passwd.gid) };
}

function asInetd(
  { settings, inetd }: Definition,
  user: Named,
  group: number | undefined,
  system: System,
  findings: Findings,
): Identity {
  const gid = group ?? user.gid;
  const name = user.name ?? '';
  if (user.uid !== 0) return { uid: user.uid, gid, groups: system.groupList(name, gid) };
  const rule = inetd === undefined ? 'ignored' : rulesOf(inetd.dialect).groupOfRoot;
  if (group === undefined || group === user.gid) return { uid: 0, gid: user.gid, groups: [user.gid] };
  switch (rule) {
    case 'with-groups':
      return { uid: 0, gid, groups: system.groupList(name, gid) };
    case 'alone':
      return { uid: 0, gid, groups: [gid] };
    case 'with-the-daemons':
      return { uid: 0, gid, groups: undefined };
    case 'ignored':
      findings.add(
        'group-of-root-ignored',
        'group',
        `the group '${settings.group ?? ''}' of root is ignored`,
        'this inetd sets the group of other users only; leave it off',
      );
      return { uid: 0, gid: user.gid, groups: [user.gid] };
  }
}

function unchanged(
  { settings }: Definition,
  user: Named,
  group: number | undefined,
  system: System,
  findings: Findings,
): RunAs | undefined {
  const self = system.userById(system.uid)?.name ?? `uid ${system.uid}`;
  if (user.uid !== system.uid) {
    return findings.add(
      'needs-root',
      'user',
      `only root can run a server as '${settings.user ?? ''}', and this is ${self}`,
      `start kinetd as root, or write user = ${self}`,
    );
  }
  if (group !== undefined && group !== system.gid) {
    return findings.add(
      'needs-root',
      'group',
      `only root can run a server with the group '${settings.group ?? ''}'`,
      'start kinetd as root, or leave group off',
    );
  }
  return { identity: undefined, uid: system.uid };
}
