/**
 * A System that is asked each question once. Ten thousand services name the same few users, protocols and
 * programs, and behind a name service each answer may be a round trip.
 */
import type { System } from './system.ts';

/** For one load; a reload makes a new one, since passwd(5) and the rest may have changed. */
export function cachedLookups(system: System): System {
  return {
    user: once((name: string) => system.user(name)),
    userById: once((uid: number) => system.userById(uid)),
    group: once((name: string) => system.group(name)),
    groupList: oncePair((user: string, gid: number) => system.groupList(user, gid)),
    service: oncePair((name: string, protocol: string) => system.service(name, protocol)),
    rpc: once((name: string) => system.rpc(name)),
    protocol: once((name: string) => system.protocol(name)),
    network: once((name: string) => system.network(name)),
    program: oncePair((path: string, root: string | undefined) => system.program(path, root)),
    executable: once((path: string) => system.executable(path)),
    forkserver: system.forkserver,
    directory: oncePair((path: string, root: string | undefined) => system.directory(path, root)),
    fileSize: once((path: string) => system.fileSize(path)),
    device: once((name: string) => system.device(name)),
    addresses: once((host: string) => system.addresses(host)),
    environment: system.environment,
    umask: system.umask,
    hardLimits: system.hardLimits,
    mayRaiseLimits: system.mayRaiseLimits,
    uid: system.uid,
    gid: system.gid,
  };
}

function once<Key, Answer>(ask: (key: Key) => Answer): (key: Key) => Answer {
  const answers = new Map<Key, { readonly answer: Answer }>();
  return (key) => {
    const known = answers.get(key);
    if (known !== undefined) return known.answer;
    const answer = ask(key);
    answers.set(key, { answer });
    return answer;
  };
}

function oncePair<First, Second, Answer>(
  ask: (first: First, second: Second) => Answer,
): (first: First, second: Second) => Answer {
  const bySecond = once((first: First) => once((second: Second) => ask(first, second)));
  return (first, second) => bySecond(first)(second);
}
