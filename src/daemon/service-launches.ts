/**
 * The launches of one service by one text: on the thread of the event loop, elsewhere, or by its fork server, and how many
 * are under way. What the fork server cannot take, or has lost, is executed elsewhere.
 *
 * Whoever starts a server here hears of it once, as started or as failed; elsewhere that comes later, and the descriptor
 * is closed then.
 */
import {
  type Ends,
  type Forkserver,
  Launcher,
  launchFailureMessage,
  type Server,
  type Servers,
} from '../launch/mod.ts';
import type { Listener } from '../listener/mod.ts';
import type { Launched, LaunchStep, ProgramPlan, Service } from '../model/mod.ts';
import { closeDescriptor, type Descriptor, SystemError } from '../os/mod.ts';
import type { ErrorEnd, ErrorOutput } from './error-output.ts';
import { LaunchPlace } from './launch-place.ts';

export interface LaunchObserver {
  /** @param seconds how long the launch took */
  onLaunched(pid: number, ends: Ends, waiting: Listener | undefined, seconds: number): Server;
  /** @param message the step in words, with its reason */
  onLaunchFailed(message: string, step: LaunchStep, ends: Ends, waiting: Listener | undefined): void;
  /** {@link ServiceLaunches.crowded} was true, and so few are left now that more may come. */
  onRoom(): void;
}

/** Launches of one service that may be under way elsewhere. With so many its clients wait in the kernel's queue. */
const mostUnderWay = 64;
const fewUnderWay = 32;

export class ServiceLaunches {
  readonly #servers: Servers;
  readonly #observer: LaunchObserver;
  readonly #program: ProgramPlan;
  readonly #errors: ErrorOutput;
  readonly #id: string;
  readonly #launcher: Launcher;
  readonly #place: LaunchPlace = new LaunchPlace();
  readonly #forkserver: Forkserver | undefined;
  #underWay = 0;
  #wasCrowded = false;

  /** @throws SystemError when memory for the plan cannot be had */
  constructor(
    service: Pick<Service, 'id' | 'protocol'>,
    program: ProgramPlan,
    servers: Servers,
    errors: ErrorOutput,
    observer: LaunchObserver,
    forkserver: Forkserver | undefined,
  ) {
    this.#id = service.id;
    this.#program = program;
    this.#launcher = new Launcher(service, program);
    this.#servers = servers;
    this.#errors = errors;
    this.#observer = observer;
    this.#forkserver = forkserver;
  }

  get forkserver(): Forkserver | undefined {
    return this.#forkserver;
  }

  /** Whether the fork server is started with the service. */
  get startsForkserver(): boolean {
    return this.#program.forkserver?.start === 'load';
  }

  /**
   * A server for one client. Takes the descriptor and closes it.
   * @param here where there is no fork server: on this thread, and not on another
   */
  serve(descriptor: Descriptor, ends: Ends, here: boolean): void {
    if (this.#forkserver !== undefined && this.#fork(this.#forkserver, descriptor, ends)) return;
    if (!here) {
      this.elsewhere(descriptor, ends);
      return;
    }
    this.here(descriptor, ends);
    closeDescriptor(descriptor);
  }

  /** Whether nobody need be afraid that {@link here} takes long. */
  get quick(): boolean {
    return this.#servers.underWay === 0 && this.#place.isQuick(performance.now());
  }

  /** Whether enough launches are under way elsewhere; `onRoom` tells when that is over. */
  get crowded(): boolean {
    if (this.#underWay >= mostUnderWay) this.#wasCrowded = true;
    return this.#underWay >= mostUnderWay;
  }

  /** The descriptor stays the caller's. */
  here(descriptor: Descriptor, ends: Ends, waiting?: Listener): void {
    const from = performance.now();
    const errors = this.#errorEnd();
    const launched = this.#launcher.start(descriptor, errors?.descriptor ?? descriptor, ends);
    if (!launched.ok) {
      errors?.failed();
      this.#observer.onLaunchFailed(this.#failure(launched), launched.step, ends, waiting);
      return;
    }
    const to = performance.now();
    this.#place.launched(from, to);
    this.#servers.add(this.#launched(launched.pid, ends, waiting, errors, to - from));
  }

  /** Takes the descriptor and closes it when the launch has come to its end. */
  elsewhere(descriptor: Descriptor, ends: Ends, waiting?: Listener): void {
    const from = performance.now();
    this.#underWay++;
    this.#servers.expect();
    const errors = this.#errorEnd();
    this.#launcher.startElsewhere(descriptor, errors?.descriptor ?? descriptor, ends, (launched, failedChild) => {
      closeDescriptor(descriptor);
      this.#underWay--;
      if (launched.ok) {
        const to = performance.now();
        this.#place.launched(from, to);
        this.#servers.settle(this.#launched(launched.pid, ends, waiting, errors, to - from));
      } else {
        errors?.failed();
        this.#observer.onLaunchFailed(this.#failure(launched), launched.step, ends, waiting);
        this.#servers.fail(failedChild);
      }
      this.#tellRoom();
    });
  }

  /** @returns false when nothing has been done */
  #fork(forkserver: Forkserver, descriptor: Descriptor, ends: Ends): boolean {
    const from = performance.now();
    const errors = this.#errorEnd();
    const environment = this.#launcher.connectionEnvironment(ends);
    const descriptors = [descriptor, descriptor, errors?.descriptor ?? descriptor];
    const asked = forkserver.serve(descriptors, environment, (pid) => {
      this.#underWay--;
      if (pid === undefined) {
        errors?.failed();
        this.elsewhere(descriptor, ends);
        this.#servers.fail(0);
        return;
      }
      closeDescriptor(descriptor);
      this.#servers.settle(this.#launched(pid, ends, undefined, errors, performance.now() - from));
      this.#tellRoom();
    });
    if (!asked) errors?.failed();
    else {
      this.#underWay++;
      this.#servers.expect();
    }
    return asked;
  }

  #errorEnd(): ErrorEnd | undefined {
    return this.#errors.next(this.#program.stderr, this.#id);
  }

  #launched(
    pid: number,
    ends: Ends,
    waiting: Listener | undefined,
    errors: ErrorEnd | undefined,
    milliseconds: number,
  ): Server {
    const server = this.#observer.onLaunched(pid, ends, waiting, milliseconds / 1000);
    if (errors === undefined) return server;
    errors.started(pid);
    return {
      ...server,
      onExit: (ended, facts) => {
        errors.ended();
        server.onExit(ended, facts);
      },
    };
  }

  #failure(launched: Extract<Launched, { ok: false }>): string {
    return launchFailureMessage(this.#program.launch, launched);
  }

  /**
   * Starts the server of a service that waits, with the listener's own socket. Elsewhere the launch gets a descriptor of
   * its own, since a reload may close the listener meanwhile.
   * @returns why there is no such descriptor (`EMFILE`); the listener is as it was then
   */
  handOver(listener: Listener, ends: Ends): string | undefined {
    if (this.quick) {
      this.here(listener.handOver(), ends, listener);
      return undefined;
    }
    let descriptor: Descriptor;
    try {
      descriptor = listener.duplicate();
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      return error.code;
    }
    listener.handOver();
    this.elsewhere(descriptor, ends, listener);
    return undefined;
  }

  #tellRoom(): void {
    if (!this.#wasCrowded || this.#underWay > fewUnderWay) return;
    this.#wasCrowded = false;
    this.#observer.onRoom();
  }
}
