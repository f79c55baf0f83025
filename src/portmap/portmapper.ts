/**
 * Calls to the machine's portmapper (rpcbind), over UDP on loopback: one at a time, each with a time limit, so that a
 * portmapper that is dead or stuck holds up nobody.
 *
 * As root the calls come from a port below 1024. The portmapper then takes the registrations for root's, and lets no
 * other user of the machine take them away.
 */
import {
  bindInternet,
  closeDescriptor,
  connectInternet,
  type Descriptor,
  openSocket,
  receiveDescriptors,
  SystemError,
  sendDatagram,
  watchReadable,
} from '../os/mod.ts';
import { type Answer, decodeReply, encodeCall, longestReply, type Mapping, type Procedure } from './message.ts';

export interface PortmapperOptions {
  /** Where it listens; the usual port is 111. */
  readonly port: number;
  /** How long an answer may take, in all. */
  readonly patienceMilliseconds: number;
  /** A datagram may get lost: after this time it is sent again. */
  readonly repeatMilliseconds: number;
}

export const usualPortmapper: PortmapperOptions = {
  port: 111,
  patienceMilliseconds: 3000,
  repeatMilliseconds: 1000,
};

/** `silent`: nothing came in time. Anything else is what the system says, such as `Connection refused`. */
export type Outcome = Answer | { readonly trouble: string };

const loopback = '127.0.0.1';
/** As bindresvport(3): ports that servers do not have. */
const reserved = { lowest: 600, highest: 1023 };
const reservedAttempts = 20;

export class Portmapper {
  readonly #options: PortmapperOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: PortmapperOptions = usualPortmapper) {
    this.#options = options;
  }

  /** Never rejects. */
  ask(procedure: Procedure, mapping: Mapping): Promise<Outcome> {
    const answer = this.#last.then(() => this.#call(procedure, mapping));
    this.#last = answer;
    return answer;
  }

  #call(procedure: Procedure, mapping: Mapping): Promise<Outcome> {
    const id = randomBelow(2 ** 32);
    const request = encodeCall(id, procedure, mapping);
    let socket: Descriptor;
    try {
      socket = this.#connect();
    } catch (error) {
      return Promise.resolve(troubleOf(error));
    }
    return new Promise((resolve) => {
      const buffer = new Uint8Array(longestReply);
      const attempt = (act: () => Outcome | undefined): void => {
        let outcome: Outcome | undefined;
        try {
          outcome = act();
        } catch (error) {
          outcome = troubleOf(error);
        }
        if (outcome !== undefined) finish(outcome);
      };
      const watch = watchReadable(socket, () =>
        attempt(() => {
          const reply = receive(socket, buffer);
          return reply === undefined ? undefined : decodeReply(reply, id);
        }),
      );
      const send = (): void => attempt(() => void sendDatagram(socket, request));
      const repeat = setInterval(send, this.#options.repeatMilliseconds);
      const patience = setTimeout(
        () => finish({ trouble: `no answer in ${this.#options.patienceMilliseconds / 1000} seconds` }),
        this.#options.patienceMilliseconds,
      );
      let finished = false;
      const finish = (outcome: Outcome): void => {
        if (finished) return;
        finished = true;
        clearInterval(repeat);
        clearTimeout(patience);
        watch.close();
        closeDescriptor(socket);
        resolve(outcome);
      };
      watch.start();
      send();
    });
  }

  /** @throws SystemError */
  #connect(): Descriptor {
    const socket = openSocket({ family: 'inet', type: 'dgram', protocol: 0, nonBlocking: true });
    try {
      if (process.geteuid?.() === 0) bindReserved(socket);
      connectInternet(socket, 'inet', loopback, this.#options.port);
    } catch (error) {
      closeDescriptor(socket);
      throw error;
    }
    return socket;
  }
}

/** Root in a container may lack the right, and all ports may be taken: then it is any port. */
function bindReserved(socket: Descriptor): void {
  for (let attempt = 0; attempt < reservedAttempts; attempt++) {
    try {
      bindInternet(socket, 'inet', loopback, reserved.lowest + randomBelow(reserved.highest + 1 - reserved.lowest));
      return;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (error.code === 'EACCES') return;
    }
  }
}

/** What is longer than any answer is none. */
function receive(socket: Descriptor, buffer: Uint8Array): Uint8Array | undefined {
  try {
    const message = receiveDescriptors(socket, buffer);
    return message === undefined ? undefined : buffer.subarray(0, message.length);
  } catch (error) {
    if (error instanceof SystemError && error.code === 'EMSGSIZE') return undefined;
    throw error;
  }
}

function troubleOf(error: unknown): Outcome {
  if (!(error instanceof SystemError)) throw error;
  return { trouble: error.message };
}

/** Web Crypto is there without an import, which would take milliseconds of every start. */
function randomBelow(end: number): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return value % end;
}
