/**
 * Sockets that change hands in a reload: a port that one service gives up and another takes stays open between
 * them, so that no client meets a closed port or loses its place in the queue.
 */
import type { Bequest } from '../listener/mod.ts';
import type { Endpoint, Service } from '../model/mod.ts';
import { closeDescriptor } from '../os/mod.ts';

export class SocketEstate {
  readonly #heirs = new Set<string>();
  readonly #sockets = new Map<string, Bequest>();

  /** @param heirs the services that will want sockets */
  constructor(heirs: readonly Service[]) {
    for (const service of heirs) {
      for (const endpoint of service.endpoints) this.#heirs.add(socketKey(service, endpoint));
    }
  }

  /** Takes a socket over if somebody will want it; false leaves it with the caller. */
  offer(service: Service, endpoint: Endpoint, bequest: Bequest): boolean {
    const key = socketKey(service, endpoint);
    if (!this.#heirs.has(key) || this.#sockets.has(key)) return false;
    this.#sockets.set(key, bequest);
    return true;
  }

  take(service: Service, endpoint: Endpoint): Bequest | undefined {
    const key = socketKey(service, endpoint);
    const bequest = this.#sockets.get(key);
    this.#sockets.delete(key);
    return bequest;
  }

  /** Closes what nobody came for. */
  settle(): void {
    for (const { descriptor } of this.#sockets.values()) closeDescriptor(descriptor);
    this.#sockets.clear();
  }
}

function socketKey({ socketType, protocol }: Service, { family, address, port, stack }: Endpoint): string {
  return `${socketType} ${protocol.number} ${family} ${address} ${port} ${stack}`;
}
