/**
 * Whether an account can run a program, by the permission bits of the file and of every folder on the way to it.
 * The examples need to know before they name an interpreter: /root/bin/python3 is there for root, and is not there
 * for the `nobody` that root runs the services as.
 *
 * Access control lists and capabilities are not looked at: where they widen what the bits say, a usable
 * interpreter is passed over in favour of the next one.
 */

export interface Account {
  readonly uid: number;
  /** All groups, the primary one included. */
  readonly gids: readonly number[];
}

/** What stat(2) says about a path. */
export interface Status {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly isFile: boolean;
}

const execute = 0o1;
const readAndExecute = 0o5;

/**
 * @param path absolute, without symbolic links
 * @param statusOf undefined for what does not exist or cannot be looked at
 */
export function canRun(path: string, account: Account, statusOf: (path: string) => Status | undefined): boolean {
  const program = statusOf(path);
  if (program === undefined || !program.isFile || !grants(program, account, readAndExecute)) return false;
  return foldersOf(path).every((folder) => {
    const status = statusOf(folder);
    return status !== undefined && grants(status, account, execute);
  });
}

/** `/`, `/usr`, `/usr/bin` for `/usr/bin/python3`. */
function foldersOf(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return ['/', ...names.map((_, i) => `/${names.slice(0, i + 1).join('/')}`)];
}

/** path_resolution(7): the owner's bits alone count for the owner, else the group's for its members, else the others'. */
function grants(status: Status, account: Account, wanted: number): boolean {
  // Root may search any folder, and run any file that someone may run.
  if (account.uid === 0) return !status.isFile || (status.mode & 0o111) !== 0;
  const shift = status.uid === account.uid ? 6 : account.gids.includes(status.gid) ? 3 : 0;
  return ((status.mode >> shift) & wanted) === wanted;
}
