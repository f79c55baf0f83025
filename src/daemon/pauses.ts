/** Services that rest because too much came at once: for `cps` as in xinetd, and for an inetd's `.max`. */
import type { Listener } from '../listener/mod.ts';
import type { DaemonLog } from '../log/mod.ts';
import { hasConnections, type Service } from '../model/mod.ts';
import type { Ports } from './ports.ts';

/**
 * More connections than `cps` allows. A `nowait` port is closed for the pause, as by xinetd; a `wait` socket is only
 * left unwatched, and so is one for datagrams, since closing it would lose what is queued.
 * @param over called when the pause is over, also when a port could not be opened again
 */
export function pauseForCps(
  { name, limits, socketType, wait }: Service,
  ports: Ports,
  log: DaemonLog,
  over: () => void,
): void {
  const { cps } = limits;
  if (cps === undefined || ports.listeners.every(({ state }) => state !== 'listening')) return;
  log.write(
    'ERROR',
    `Deactivating service ${name} due to excessive incoming connections.  Restarting in ${cps.pauseSeconds} seconds.`,
  );
  const back = (opened: boolean): void => {
    over();
    log.write('ERROR', opened ? `Activating service ${name}` : `Error activating service ${name}`);
  };
  if (wait || !hasConnections(socketType))
    for (const listener of ports.listeners) ports.holdFor(listener, cps.pauseSeconds, back);
  else ports.pauseFor(cps.pauseSeconds, back);
}

/** This minute has had its starts: clients of this listener stay in the kernel's queue. */
export function restAfterStarts(
  { id, protocol }: Service,
  ports: Ports,
  log: DaemonLog,
  listener: Listener,
  seconds: number,
): void {
  if (listener.state !== 'listening') return;
  log.write('ERROR', `${id}/${protocol.name} server failing (looping), service rests for ${seconds} seconds`);
  ports.holdFor(listener, seconds);
}
