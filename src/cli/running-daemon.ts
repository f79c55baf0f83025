/** What a running daemon knows about a client that stands in no file: bans, a pause of the service, how many servers run. */
import { ControlClient, ControlError } from '../control/client.ts';
import { type BanReport, defaultControlPath, type ServiceReport, type StatusReport } from '../control/mod.ts';
import { banReports, checked, statusReport } from '../control/reply.ts';
import { banHolds } from '../daemon/mod.ts';

export interface RunningFacts {
  /** The ban that holds the client at that time. */
  readonly ban: BanReport | undefined;
  /** undefined: the daemon has no such service. */
  readonly service: ServiceReport | undefined;
}

/** A daemon that works answers within milliseconds; one that is stopped, or stuck, never does. */
const patienceMilliseconds = 3000;

/**
 * @param control where to look for it; undefined: at the usual place, where nobody need be
 * @param id of the service
 * @param time milliseconds since the epoch
 * @returns undefined when no daemon answers at the usual place, or this user may not ask it
 * @throws ControlError when it does not answer where it was said to be
 */
export async function askRunning(
  control: string | undefined,
  id: string,
  client: { readonly address: string; readonly time: number },
): Promise<RunningFacts | undefined> {
  const place = control ?? defaultControlPath();
  if (place === undefined) return undefined;
  let link: ControlClient | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    link = new ControlClient(place);
    const late = new Promise<never>((_, reject) => {
      const error = new ControlError(`the daemon at ${place} does not answer`, false);
      timer = setTimeout(() => reject(error), patienceMilliseconds);
    });
    const [bans, { services }] = await Promise.race([bansAndStatus(link), late]);
    return {
      ban: bans.find(({ block, until }) => (until === null || client.time < until) && banHolds(block, client.address)),
      service: services.find((service) => service.id.toLowerCase() === id.toLowerCase()),
    };
  } catch (error) {
    if (control !== undefined || !(error instanceof ControlError)) throw error;
    return undefined;
  } finally {
    clearTimeout(timer);
    link?.close();
  }
}

async function bansAndStatus(link: ControlClient): Promise<[BanReport[], StatusReport]> {
  return [
    checked(banReports, await link.ask({ command: 'bans' })),
    checked(statusReport, await link.ask({ command: 'status' })),
  ];
}
