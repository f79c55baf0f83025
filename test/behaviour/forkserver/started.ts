/** A daemon whose services have fork servers, for the tests of this folder. */
import { talk } from '../../daemon/client.ts';
import { type Kinetd, startKinetd } from '../../daemon/kinetd.ts';

/** @param files besides the configuration; programs begin with `#!` */
export function run(configuration: string, files: Readonly<Record<string, string>> = {}): Promise<Kinetd> {
  return startKinetd({
    files: { 'x.conf': configuration, ...files },
    command: ['kinetd', 'run', '--debug', '-f', '@FOLDER@/x.conf'],
  });
}

/** Resolves with the pid of the newest fork server of a service, when there have been so many. */
export async function ready(daemon: Kinetd, id = 's', count = 1): Promise<number> {
  const one = `service ${id}: fork server (\\d+) is ready`;
  return Number((await daemon.says(new RegExp(Array(count).fill(one).join('[^]*'))))[count]);
}

/** So many clients at the same time, and what each got. */
export async function burst(daemon: Kinetd, clients: number, id = 's'): Promise<readonly string[]> {
  const address = await daemon.address(id);
  const answers = await Promise.all(Array.from({ length: clients }, () => talk(address)));
  return answers.map(({ text }) => text);
}

export const forked = { launch: 'forkserver', instances: 'UNLIMITED', per_source: 'UNLIMITED', cps: '0 0' };
