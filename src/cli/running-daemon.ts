/** What a running daemon knows about a client that stands in no file: bans, a pause of the service, how many servers run. */
import { ControlClient, ControlError } from '../control/client.ts';
import { type BanReport, defaultControlPath, type ServiceReport } from '../control/mod.ts';
import { banReports, checked, statusReport } from '../control/reply.ts';
import { banHolds } from '../daemon/mod.ts';

export interface RunningFacts {
  /** The ban that holds the client at that time. */
  readonly ban: BanReport | undefined;
  /** undefined: the daemon has no such service. */
  readonly service: ServiceReport | undefined;
}

/**
 * @param control where to look for it; undefined: at the usual place, where nobody need be
 * @param id of the service
 * @param time milliseconds since the epoch
 * @returns undefined when there is no daemon at the usual place, or this user may not ask it
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
  try {
    link = new ControlClient(place);
    const bans = checked(banReports, await link.ask({ command: 'bans' }));
    const { services } = checked(statusReport, await link.ask({ command: 'status' }));
    return {
      ban: bans.find(({ block, until }) => (until === null || client.time < until) && banHolds(block, client.address)),
      service: services.find((service) => service.id.toLowerCase() === id.toLowerCase()),
    };
  } catch (error) {
    if (control !== undefined || !(error instanceof ControlError)) throw error;
    return undefined;
  } finally {
    link?.close();
  }
}
