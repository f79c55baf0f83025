/**
 * What the services of a daemon look like from outside: the lists that the internal services `services` and `servers`
 * send (xinetd had them until 2.3.12), and the services behind tcpmux by their names.
 */
import type { Server } from '../launch/mod.ts';
import type { Local, Service } from '../model/mod.ts';
import type { MuxTargets } from './behind-tcpmux.ts';
import { RunningService } from './running-service.ts';

/** `NAME PROTOCOL PORT` for each socket. */
export function serviceLines(services: readonly RunningService[]): string[] {
  const lines = services.flatMap(({ service, listeners }) =>
    listeners.flatMap(({ local }) =>
      local === undefined ? [] : `${service.name} ${protocolOf(service, local)} ${local.port}\n`,
    ),
  );
  return [...new Set(lines)];
}

/** A service of TCP may have Unix sockets besides. */
function protocolOf({ protocol }: Service, { address }: Local): string {
  return address.startsWith('/') ? 'unix' : protocol.name;
}

/** `ID pid=N from=ADDRESS` for each program that runs, as START has it. */
export function serverLines(servers: Iterable<Server>): string[] {
  return Array.from(servers, ({ pid, peer, owner }) => {
    const id = owner instanceof RunningService ? owner.service.id : '?';
    return `${id} pid=${pid} from=${peer?.address ?? '<no address>'}\n`;
  });
}

/** @param services those at work; the first of a name has it */
export function muxTargetsOf(services: () => readonly RunningService[]): MuxTargets {
  const muxed = (): readonly RunningService[] => services().filter(({ muxTarget }) => muxTarget !== undefined);
  return {
    find: (name) => muxed().find(({ service }) => service.name.toLowerCase() === name.toLowerCase())?.muxTarget,
    names: () => muxed().map(({ service }) => service.name),
  };
}
