/**
 * The directories of a service's program: what it has as `/` (chroot) and where it starts (working_directory). xinetd
 * has neither attribute: its servers start in `/`, and so do openbsd-inetd's, unless -i or -d leaves them where it was
 * started (seen).
 *
 * Both must be there when the configuration is read, so that no first client finds out. Whether the user of the
 * service may enter the working directory is seen at the launch.
 */
import type { LaunchPlan } from '../../model/mod.ts';
import type { Definition } from '../definition.ts';
import type { Findings } from './findings.ts';
import type { System } from './system.ts';
import { systemText } from './text.ts';

export type Directories = Pick<LaunchPlan, 'rootDirectory' | 'workingDirectory'>;

/** @returns undefined when there is an error among the findings */
export function resolveDirectories(
  { settings }: Definition,
  system: System,
  findings: Findings,
): Directories | undefined {
  const rootDirectory = directory(settings.chroot, 'chroot', undefined, system, findings);
  const refused = settings.chroot !== undefined && rootDirectory === undefined;
  // Where a new root is not there, nothing below it is worth a word.
  const workingDirectory = refused
    ? undefined
    : directory(settings.working_directory ?? '/', 'working_directory', rootDirectory, system, findings);
  if (settings.chroot !== undefined && system.uid !== 0) {
    return findings.add(
      'needs-root',
      'chroot',
      'only root can give a server another root directory',
      'start kinetd as root, or leave chroot off',
    );
  }
  return workingDirectory === undefined ? undefined : { rootDirectory, workingDirectory };
}

function directory(
  bytes: string | undefined,
  attribute: 'chroot' | 'working_directory',
  root: string | undefined,
  system: System,
  findings: Findings,
): string | undefined {
  const path = bytes === undefined ? undefined : systemText(bytes, attribute, findings);
  if (path === undefined) return undefined;
  if (!path.startsWith('/')) {
    return findings.add(
      'directory-not-absolute',
      attribute,
      `the directory '${path}' is not an absolute path`,
      'write the whole path, from / on',
    );
  }
  if (system.directory(path, root)) return path;
  const where = root === undefined ? '' : ` below ${root}`;
  return findings.add(
    'directory-missing',
    attribute,
    `there is no directory ${path}${where}`,
    'create it, or name another',
  );
}
