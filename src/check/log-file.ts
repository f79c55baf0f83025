/** Whether the daemon can write the log file of a service: the file, or its folder when it is not there yet. */
import type { Machine } from './machine.ts';
import { barrier, folderOf, permits } from './permission.ts';
import type { Subject } from './subject.ts';

const caveat = 'mode bits are all that was looked at; an access control list may say otherwise';

export function checkLogFile(subject: Subject, machine: Machine): void {
  const { sink } = subject.service.logging;
  if (sink?.kind !== 'file') return;
  const { path } = sink;
  const folder = folderOf(path);
  const file = machine.file(path);
  const place = file ?? machine.file(folder);
  if (place === undefined) {
    subject.add(
      'log-unwritable',
      'log_type',
      `the folder of the log, ${folder}, is not there`,
      `make it: mkdir -p ${folder}`,
    );
    return;
  }
  if (file?.kind === 'directory') {
    subject.add('log-unwritable', 'log_type', `the log ${path} is a directory`);
    return;
  }
  if (barrier(path, machine.daemon, machine) === undefined && permits(place, machine.daemon, 'write')) return;
  const who = `uid ${machine.daemon.uid}, as whom the daemon would run,`;
  subject.add(
    'log-unwritable',
    'log_type',
    `${who} may not write ${file === undefined ? `in ${folder}` : path}`,
    caveat,
    'warning',
  );
}
