/**
 * What all commands have in common that ask a running daemon: where they look for it, and what they say and how they end
 * when it does not answer.
 */
import { ControlClient, ControlError } from '../../control/client.ts';
import { defaultControlPath, type EventReport } from '../../control/mod.ts';
import { printable } from '../../log/mod.ts';
import { outliveReaders } from '../output.ts';

/** Exit statuses: the daemon has said no, or could not; there is no daemon to ask. */
export const refusedStatus = 1;
export const absentStatus = 3;

/**
 * @param path of the control socket; undefined: the usual place
 * @returns the exit status of `work`, or that of the failure, which has been told on stderr
 */
export async function asking(
  path: string | undefined,
  work: (client: ControlClient) => Promise<number>,
  onEvent?: (event: EventReport) => void,
): Promise<number> {
  outliveReaders();
  const place = path ?? defaultControlPath();
  if (place === undefined) {
    complain('no kinetd to ask: XDG_RUNTIME_DIR is not set, so name the control socket with --control');
    return absentStatus;
  }
  let client: ControlClient | undefined;
  try {
    client = new ControlClient(place, onEvent);
    return await work(client);
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    complain(error.message);
    return error.absent ? absentStatus : refusedStatus;
  } finally {
    client?.close();
  }
}

export function say(line: string): void {
  process.stdout.write(`${printable(line)}\n`);
}

export function sayJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

function complain(message: string): void {
  process.stderr.write(`kinetd: ${printable(message)}\n`);
}
