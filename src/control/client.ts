/**
 * The other end of the control socket, for commands: connects, asks, and waits for the answer as long as it takes (a
 * reload may wait for name servers).
 */
import { connectUnixStream, SystemError } from '../os/mod.ts';
import { Link } from './link.ts';
import { parseReply, type Reply } from './reply.ts';
import type { EventReport } from './report.ts';
import { type ControlRequest, protocolVersion } from './words.ts';

/** Of an answer, or one event. */
const longestReply = 64 * 1024 * 1024;

/** Why there is no answer, in words for the user. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  /** Whether there is no daemon to ask at all. */
  readonly absent: boolean;

  constructor(message: string, absent: boolean) {
    super(message);
    this.absent = absent;
  }
}

export class ControlClient {
  readonly #path: string;
  readonly #link: Link;
  readonly #waiting: { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }[] = [];
  readonly #onEvent: (event: EventReport) => void;
  #over: ControlError | undefined;
  /** Resolves when the daemon has closed the connection. */
  readonly ended: Promise<void>;

  /** @throws ControlError when no daemon listens there, or it may not be asked */
  constructor(path: string, onEvent: (event: EventReport) => void = () => {}) {
    this.#path = path;
    this.#onEvent = onEvent;
    let tellEnded = (): void => {};
    this.ended = new Promise((resolve) => {
      tellEnded = resolve;
    });
    try {
      this.#link = new Link(connectUnixStream(path), longestReply, {
        onLine: (line) => this.#take(line),
        onEnd: () => {
          this.#over = new ControlError(`the daemon at ${path} has closed the connection`, false);
          this.#fail(this.#over);
          tellEnded();
        },
      });
    } catch (error) {
      if (error instanceof SystemError) throw connectError(path, error);
      throw error;
    }
  }

  /** @returns the result, unchecked. @throws ControlError with the daemon's words when it says no */
  ask(request: ControlRequest): Promise<unknown> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#link.send({ version: protocolVersion, ...request });
    });
  }

  close(): void {
    this.#link.close();
  }

  #take(line: string): void {
    let reply: Reply;
    try {
      reply = parseReply(line);
    } catch (error) {
      this.#fail(new ControlError(`${this.#path}: ${error instanceof Error ? error.message : String(error)}`, false));
      return;
    }
    if ('event' in reply) this.#onEvent(reply.event);
    else if ('error' in reply) this.#waiting.shift()?.reject(new ControlError(reply.error, false));
    else this.#waiting.shift()?.resolve(reply.result);
  }

  #fail(error: ControlError): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

function connectError(path: string, error: SystemError): ControlError {
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') {
    return new ControlError(`no kinetd answers at ${path} (is it running, and with another --control?)`, true);
  }
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new ControlError(`you may not control the kinetd at ${path}: its socket is not yours to open`, false);
  }
  return new ControlError(`cannot connect to ${path}: ${error.message}`, true);
}
