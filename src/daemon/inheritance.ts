/**
 * Sockets that may change hands in a reload: a port that one service gives up and another takes stays open between
 * them, so that no client meets a closed port or loses its place in the queue.
 *
 * Who is to have a socket is settled before anything is touched; it is taken only when both sides are sure to move.
 */
import type { Listener } from '../listener/mod.ts';
import type { Endpoint, Service } from '../model/mod.ts';

/** What one service may have of what others leave. */
export interface Inheritance {
  /** The listener whose very socket this endpoint can go on with, which is then promised to nobody else. */
  claim(service: Service, endpoint: Endpoint): Listener | undefined;
  /** Listeners of the same port that are about to end and are in the way of a bind that overlaps with them. */
  beside(service: Service, endpoint: Endpoint): readonly Listener[];
}

interface Ending {
  readonly listener: Listener;
  readonly key: string;
  readonly port: string;
}

export class Estate<Heir> {
  readonly #byKey = new Map<string, Ending[]>();
  readonly #byPort = new Map<string, Ending[]>();
  readonly #heirs = new Map<Listener, Heir>();

  /** A listener that ends with this reload. */
  add(service: Service, listener: Listener): void {
    // Without a socket (not bound yet, or closed by cps for a while) there is nothing to have or to be in the way.
    if (listener.local === undefined) return;
    const ending = { listener, key: socketKey(service, listener.endpoint), port: portKey(service, listener.endpoint) };
    append(this.#byKey, ending.key, ending);
    append(this.#byPort, ending.port, ending);
  }

  inheritanceOf(heir: Heir): Inheritance {
    return {
      claim: (service, endpoint) => {
        const free = this.#byKey
          .get(socketKey(service, endpoint))
          ?.find(({ listener }) => !this.#heirs.has(listener))?.listener;
        if (free !== undefined) this.#heirs.set(free, heir);
        return free;
      },
      beside: (service, endpoint) => {
        if (service.socketType !== 'stream') return [];
        const key = socketKey(service, endpoint);
        const neighbours = this.#byPort.get(portKey(service, endpoint)) ?? [];
        return neighbours.filter((ending) => ending.key !== key).map(({ listener }) => listener);
      },
    };
  }

  /** Who has been promised the socket of a listener. */
  heirOf(listener: Listener): Heir | undefined {
    return this.#heirs.get(listener);
  }
}

function append(map: Map<string, Ending[]>, key: string, ending: Ending): void {
  const same = map.get(key);
  if (same === undefined) map.set(key, [ending]);
  else same.push(ending);
}

function socketKey(service: Service, { family, address, device, port, stack }: Endpoint): string {
  return `${portKey(service, { port })} ${family} ${address} ${device ?? '*'} ${stack === 'only' ? 'only' : 'dual'}`;
}

function portKey({ socketType, protocol }: Service, { port }: Pick<Endpoint, 'port'>): string {
  return `${socketType} ${protocol.number} ${port}`;
}
