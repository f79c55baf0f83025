/**
 * A path as a process sees it whose `/` is another directory (chroot(2)): symbolic links are followed below that
 * directory, an absolute one from it, and `..` never leaves it. See path_resolution(7).
 *
 * For checks when a configuration is read; the server itself is put there by the kernel.
 */
import { lstatSync, readlinkSync } from 'node:fs';

/** As many as the kernel follows. */
const mostLinks = 40;

/**
 * @param path absolute
 * @returns where that is outside, with no symbolic link below `root` left in it
 * @throws the errors of lstat(2) and readlink(2) (ENOENT, EACCES …), and ELOOP after too many links
 */
export function belowRoot(root: string, path: string): string {
  const ahead = path.split('/').reverse();
  const names: string[] = [];
  let links = 0;
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      names.pop();
      continue;
    }
    const place = [root, ...names, name].join('/');
    if (!lstatSync(place).isSymbolicLink()) {
      names.push(name);
      continue;
    }
    if (++links > mostLinks) throw Object.assign(new Error(`too many symbolic links: ${path}`), { code: 'ELOOP' });
    const target = readlinkSync(place);
    if (target.startsWith('/')) names.length = 0;
    ahead.push(...target.split('/').reverse());
  }
  return [root, ...names].join('/');
}
