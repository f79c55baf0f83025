/**
 * Sockets that a supervisor has opened for us (sd_listen_fds(3)), and which endpoint each of them is for: the one with
 * its very address, else, when it has the name of a service, one of that service. A socket is never given to an
 * endpoint that would be reached from more places than its configuration says, except by such a name.
 *
 * They stay open here as long as the daemon runs, and listeners get descriptors of their own: the supervisor keeps the
 * port whatever we close, so that a listener which comes back (after a pause, or a reload that had dropped its
 * service) could not bind it. For the same reason the file of a Unix socket is the supervisor's, and stays.
 */
import { type Endpoint, hasConnections, type Service } from '../model/mod.ts';
import {
  asDescriptor,
  closeDescriptor,
  closeOnExec,
  type Descriptor,
  duplicate,
  type InheritedSocket,
  inheritedSocket,
} from '../os/mod.ts';

/** One descriptor as the supervisor tells of it. */
export interface PassedDescriptor {
  readonly number: number;
  /** From LISTEN_FDNAMES; undefined: it has told no names. */
  readonly name: string | undefined;
}

interface PassedSocket extends InheritedSocket {
  readonly descriptor: Descriptor;
  readonly name: string | undefined;
  /** The endpoint that has it, or had it last. */
  holder: string | undefined;
}

type Claimant = Pick<Service, 'id' | 'socketType' | 'protocol' | 'endpoints'>;

export class PassedSockets {
  #sockets: readonly PassedSocket[];
  readonly #warn: (message: string) => void;

  /** Keeps all of them from servers at once. What is not a socket is left alone: it may not have been the supervisor's. */
  constructor(passed: readonly PassedDescriptor[], warn: (message: string) => void) {
    this.#warn = warn;
    this.#sockets = passed.flatMap(({ number, name }) => {
      const descriptor = asDescriptor(number);
      const socket = closeOnExec(descriptor) ? inheritedSocket(descriptor) : undefined;
      if (socket !== undefined) return [{ ...socket, descriptor, name, holder: undefined }];
      warn(`descriptor ${number}${quoted(name)} of the supervisor is no socket that a service can have`);
      return [];
    });
  }

  /**
   * @returns a descriptor of its own for the endpoint, bound already; undefined when there is none for it
   * @throws SystemError EMFILE when there are no more descriptors
   */
  claim(service: Claimant, endpoint: Endpoint): Descriptor | undefined {
    const socket = this.#byAddress(service, endpoint) ?? this.#byName(service, endpoint);
    if (socket === undefined) return undefined;
    const descriptor = duplicate(socket.descriptor);
    socket.holder = placeOf(service, endpoint);
    return descriptor;
  }

  /** The services of the first configuration have theirs: what nobody has asked for is closed, and told of. */
  closeUnclaimed(): void {
    const unclaimed = this.#sockets.filter(({ holder }) => holder === undefined);
    this.#sockets = this.#sockets.filter(({ holder }) => holder !== undefined);
    for (const socket of unclaimed) {
      closeDescriptor(socket.descriptor);
      this.#warn(
        `the supervisor's socket ${socket.descriptor}${quoted(socket.name)}, ${describe(socket)}, fits no service and is closed`,
      );
    }
  }

  #byAddress(service: Claimant, endpoint: Endpoint): PassedSocket | undefined {
    if (endpoint.family !== 'unix' && endpoint.port === 0) return undefined;
    return this.#sockets.find((socket) => suits(socket, service, endpoint) && isAt(socket, endpoint));
  }

  #byName(service: Claimant, endpoint: Endpoint): PassedSocket | undefined {
    const places = new Set(service.endpoints.map((each) => placeOf(service, each)));
    places.delete(placeOf(service, endpoint));
    return this.#sockets.find(
      (socket) =>
        socket.name?.toLowerCase() === service.id.toLowerCase() &&
        (socket.holder === undefined || !places.has(socket.holder)) &&
        suits(socket, service, endpoint),
    );
  }
}

/** Whether it can be used for such an endpoint at all, wherever it is bound. */
function suits(socket: InheritedSocket, { socketType, protocol }: Claimant, endpoint: Endpoint): boolean {
  if (socket.type !== socketType || (endpoint.family !== 'unix' && socket.protocol !== protocol.number)) return false;
  if (hasConnections(socketType) && !socket.listening) return false;
  // Such an endpoint becomes an IPv4 one where there is no IPv6.
  return socket.family === endpoint.family || (endpoint.stack === 'dual-or-inet' && socket.family === 'inet');
}

function isAt(socket: InheritedSocket, endpoint: Endpoint): boolean {
  const { address, port } = socket.local;
  if (endpoint.family === 'unix') return address === endpoint.address;
  const wanted = socket.family === endpoint.family ? endpoint.address : '0.0.0.0';
  if (address !== wanted || port !== endpoint.port || socket.device !== endpoint.device) return false;
  return socket.family === 'inet' || socket.v6Only === (endpoint.stack === 'only');
}

function placeOf({ id }: Claimant, { family, address, device, port }: Endpoint): string {
  return `${id.toLowerCase()} ${family} ${address} ${device ?? '*'} ${port}`;
}

function quoted(name: string | undefined): string {
  return name === undefined ? '' : ` (${name})`;
}

/** `tcp 127.0.0.1:79`, or `unix stream /run/s`. */
function describe({ family, type, local, listening }: InheritedSocket): string {
  const state = hasConnections(type) && !listening ? ' that does not listen' : '';
  if (family === 'unix') return `unix ${type} ${local.address}${state}`;
  const word = type === 'stream' ? 'tcp' : type === 'dgram' ? 'udp' : type;
  return `${word} ${family === 'inet6' ? `[${local.address}]` : local.address}:${local.port}${state}`;
}
