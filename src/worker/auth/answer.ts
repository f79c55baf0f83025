/**
 * What an ident server says of a connection (RFC 1413): one line for one question, by the flags of FreeBSD's inetd(8).
 * Pure; who has a connection and what a user keeps in his home is asked for through {@link AuthWorld}.
 */
import type { AuthAnswers } from '../../model/mod.ts';

/** What it has to look up. What the system does not tell for a fault of its own is thrown. */
export interface AuthWorld {
  /** Whose the connection between these ports and the two addresses is; undefined: nobody's. */
  owner(localPort: number, remotePort: number): Promise<number | undefined>;
  /** undefined: the number has no name. */
  nameOf(uid: number): string | undefined;
  isUser(name: string): boolean;
  /** Whether the user has a file of this name in his home; undefined where that cannot be known. */
  hasFile(name: string, file: string): Promise<boolean | undefined>;
  /** The beginning of such a file; undefined where there is none, or none that may be read. */
  readFile(name: string, file: string): Promise<string | undefined>;
  /** Letters and digits that nobody can tell beforehand. */
  random(): string;
}

const highestPort = 65_535;
/** Of ~/.fakeid; FreeBSD's MAXLOGNAME without the NUL. */
const longestName = 32;

/** Without the end of the line. */
export async function authAnswer(question: string, answers: AuthAnswers, world: AuthWorld): Promise<string> {
  const [, ours, theirs] = /^[\t ]*(\d{1,9})[\t ]*,[\t ]*(\d{1,9})[\t ]*$/.exec(question) ?? [];
  const [localPort, remotePort] = [Number(ours ?? 0), Number(theirs ?? 0)];
  const pair = `${localPort} , ${remotePort}`;
  const error = (word: string): string => `${pair} : ERROR : ${word}`;
  const user = (name: string): string => `${pair} : USERID : ${answers.system} : ${name}`;
  if (![localPort, remotePort].every((port) => port >= 1 && port <= highestPort)) return error('INVALID-PORT');
  if (answers.garble) return user(world.random());
  if (!answers.real) return answers.fallback === undefined ? error('HIDDEN-USER') : user(answers.fallback);
  const owner = await orFailure(() => world.owner(localPort, remotePort));
  if (owner === undefined || owner === failure) {
    if (answers.fallback !== undefined) return user(answers.fallback);
    return error(owner === failure ? 'UNKNOWN-ERROR' : 'NO-USER');
  }
  // A user who has no name is none, whatever the fallback is, which is for connections that nobody has.
  const name = await orFailure(() => world.nameOf(owner));
  if (name === undefined || name === failure) return error(name === failure ? 'UNKNOWN-ERROR' : 'NO-USER');
  // Where it cannot be known whether he wants to be hidden, he is.
  if (answers.hide && (await world.hasFile(name, '.noident')) !== false) return error('HIDDEN-USER');
  const fake = answers.fake === 'none' ? undefined : await fakeName(name, answers, world);
  return user(fake ?? (answers.numeric ? `${owner}` : name));
}

const failure = Symbol('the system does not tell');

async function orFailure<Value>(ask: () => Value | Promise<Value>): Promise<Value | typeof failure> {
  try {
    return await ask();
  } catch {
    return failure;
  }
}

/**
 * What the user wants to be called; with `nobody` not what somebody else is called. It is the first word of the file, cut
 * where it is too long, and it counts when it is all of it printable.
 */
async function fakeName(name: string, { fake, numeric }: AuthAnswers, world: AuthWorld): Promise<string | undefined> {
  const text = await world.readFile(name, '.fakeid');
  const [, word = ''] = /^[\t ]*([^\t\n\r\0 ]*)/.exec(text ?? '') ?? [];
  const wanted = word.slice(0, longestName);
  if (!/^[!-~]+$/.test(wanted)) return undefined;
  if (fake === 'any') return wanted;
  const taken = await orFailure(() =>
    numeric && /^\d+$/.test(wanted) ? world.nameOf(Number(wanted)) !== undefined : world.isUser(wanted),
  );
  return taken === false ? wanted : undefined;
}
