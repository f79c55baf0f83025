/** Where a daemon listens, for people: `tcp 127.0.0.1:7777`, `udp [::1]:5353`, `unix /run/echo`. */
import type { Daemon } from '../daemon/mod.ts';
import type { Endpoint, Service } from '../model/mod.ts';

export interface OpenPlace {
  readonly service: Service;
  readonly endpoint: Endpoint;
  /** With the port that it really has. */
  readonly place: string;
}

/** Every socket that is open. */
export function openPlaces({ services }: Daemon): readonly OpenPlace[] {
  return services.flatMap(({ service, listeners }) =>
    listeners.flatMap(({ endpoint, local }): readonly OpenPlace[] => {
      if (local === undefined) return [];
      if (endpoint.family === 'unix') return [{ service, endpoint, place: `unix ${endpoint.address}` }];
      const host = local.address.includes(':') ? `[${local.address}]` : local.address;
      return [{ service, endpoint, place: `${service.protocol.name} ${host}:${local.port}` }];
    }),
  );
}
