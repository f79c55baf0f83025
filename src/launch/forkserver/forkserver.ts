/**
 * The fork server of one service by one text: it is there when it is needed, again when it has died, and new when what it
 * is made of has changed. A connection is never made to wait for it: as long as it cannot be had, its caller executes the
 * program instead.
 *
 * The one that serves goes on until the next is parked; that is also asked for when it has reached a limit of the service
 * (memory, descriptors) and can fork no more. One that could not be had (a script that does not compile) is
 * tried again when one of its files changes, and after 1, 2, 4 … 60 seconds; what is wrong is said once.
 */
import { type CompiledLaunch, type Descriptor, errnoMessage, errnoName, SystemError } from '../../os/mod.ts';
import { type Clocks, LoadedFiles } from './files.ts';
import { type Answered, type Errors, Parked, type ParkedOptions } from './parked.ts';
import { environmentBytes, requestBytes } from './protocol.ts';
import { type ForkserverEvent, type ForkserverState, nextForkserverState } from './state.ts';

export interface ForkserverOptions extends Clocks, Pick<ParkedOptions, 'servers' | 'processes' | 'after' | 'uid'> {
  /** How the fork server itself is launched. */
  readonly launch: CompiledLaunch;
  /** The environment of servers, without the connection's. */
  readonly environment: readonly string[];
  /** The program, and its script if it has one. */
  readonly files: readonly string[];
  readonly errors: () => Errors;
  readonly observer: ForkserverObserver;
}

export interface ForkserverObserver {
  /** It serves from now on. */
  onReady(pid: number): void;
  /** It cannot be had, and why; not told again for the same reason. `goesOn`: the one before it serves on. */
  onTrouble(reason: string, goesOn: boolean): void;
}

const longestRestSeconds = 60;
/** What one that has grown beyond its limits says; others concern the whole system, or just the request. */
const outgrown: readonly string[] = ['EMFILE', 'ENOMEM'];
/** One that has served for so long may be lost without a rest. */
const soundMilliseconds = 60_000;

/** How it is, for those who look. */
export interface ForkserverFacts {
  readonly state: ForkserverState;
  /** The one that serves. */
  readonly pid: number | undefined;
  /** Milliseconds since the epoch. */
  readonly readyAt: number | undefined;
  /** How many have served until now, this one included. */
  readonly served: number;
  /** What is wrong with the one that cannot be had. */
  readonly trouble: string | undefined;
}

export class Forkserver {
  readonly #options: ForkserverOptions;
  readonly #common: Uint8Array;
  #state: ForkserverState = 'off';
  #current: Parked | undefined;
  #next: Parked | undefined;
  /** While stale or resting: what the one that could not be had was made of. */
  #failed: LoadedFiles | undefined;
  #failures = 0;
  #served = 0;
  #serving: { readonly pid: number; readonly since: number } | undefined;
  #readyAt = Number.NEGATIVE_INFINITY;
  #retryAt = Number.NEGATIVE_INFINITY;
  #trouble: string | undefined;
  #cancelRest: (() => void) | undefined;
  #cancelLook: (() => void) | undefined;

  constructor(options: ForkserverOptions) {
    this.#options = options;
    this.#common = environmentBytes(options.environment);
  }

  get state(): ForkserverState {
    return this.#state;
  }

  get facts(): ForkserverFacts {
    const serving = this.#current === undefined ? undefined : this.#serving;
    return {
      state: this.#state,
      pid: serving?.pid,
      readyAt: serving?.since,
      served: this.#served,
      trouble: this.#trouble,
    };
  }

  /** Starts it, if it was not started before. */
  begin(): void {
    if (this.#state === 'off') this.#start();
  }

  /** Replaces it, whether or not anything has changed. */
  renew(): void {
    if (this.#state === 'ready' || this.#state === 'stale') this.#start();
    else if (this.#state === 'resting') this.#retry();
  }

  /**
   * Asks for a server with these descriptors, which have to stay open until `answered` is called.
   * @returns false when the program has to be executed instead; then `answered` is not called
   */
  serve(descriptors: readonly Descriptor[], connection: readonly string[], answered: Answered): boolean {
    this.begin();
    this.#look();
    const current = this.#current;
    if (current === undefined) return false;
    const id = current.nextId;
    const request = requestBytes(id, this.#common, connection);
    return request !== undefined && current.request(id, request, descriptors, answered);
  }

  /** Final. Requests that are open are still answered. */
  close(): void {
    this.#move('close');
    this.#cancelRest?.();
    this.#cancelLook?.();
    this.#next?.close();
    this.#current?.close();
    this.#next = undefined;
    this.#current = undefined;
  }

  #look(): void {
    if (this.#state === 'ready') this.#follow(this.#current?.files, false);
    else if (this.#state === 'stale') this.#follow(this.#failed, this.#options.now() >= this.#retryAt);
    else if (this.#state === 'resting') this.#follow(this.#failed, false);
  }

  /** Starts the next when these have changed, or if it is time for it anyway; but not while they may be half written. */
  #follow(files: LoadedFiles | undefined, anyway: boolean): void {
    const look = files?.look() ?? 'same';
    if (look === 'changed' || (look === 'same' && anyway)) this.#retry();
    else if (look !== 'same' && this.#cancelLook === undefined)
      this.#cancelLook = this.#options.after(look, () => {
        this.#cancelLook = undefined;
        this.#look();
      });
  }

  #start(): void {
    this.#move('begin');
    this.#cancelLook?.();
    this.#cancelLook = undefined;
    this.#failed = undefined;
    const { launch, files, now, today, servers, processes, after, uid } = this.#options;
    const stamped = new LoadedFiles(files, { now, today });
    const errors = this.#options.errors();
    const made: { parked?: Parked } = {};
    const observer = {
      onReady: (pid: number) => this.#parked(pid),
      onUnable: (errno: number) => this.#unable(errno),
      onLost: (reason: string) => {
        if (made.parked !== undefined) this.#lost(made.parked, reason);
      },
    };
    try {
      made.parked = new Parked({ launch, uid, errors, files: stamped, servers, processes, after }, observer);
      this.#next = made.parked;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      errors.failed();
      this.#couldNot(error.message, stamped);
    }
  }

  #parked(pid: number): void {
    this.#move('parked');
    this.#current?.close();
    this.#current = this.#next;
    this.#next = undefined;
    this.#readyAt = this.#options.now();
    this.#trouble = undefined;
    this.#served++;
    this.#serving = { pid, since: Date.now() };
    this.#options.observer.onReady(pid);
  }

  #lost(parked: Parked, reason: string): void {
    if (parked === this.#next) {
      this.#next = undefined;
      this.#couldNot(reason, parked.files);
      return;
    }
    if (parked !== this.#current) return;
    this.#current = undefined;
    if (this.#isSound()) this.#failures = 0;
    this.#move('lost-current');
    this.#tell(reason);
    if (this.#state === 'resting') this.#rest();
  }

  /** Whoever has asked is executed. */
  #unable(errno: number): void {
    if (!outgrown.includes(errnoName(errno))) return;
    this.#tell(`it cannot fork any more: ${errnoMessage(errno)}`, false);
    if (this.#state !== 'ready' || this.#options.now() < this.#retryAt) return;
    if (this.#isSound()) this.#failures = 0;
    this.#retryAt = this.#options.now() + this.#nextRest();
    this.#start();
  }

  #isSound(): boolean {
    return this.#options.now() - this.#readyAt >= soundMilliseconds;
  }

  /** @param files what it would have been made of */
  #couldNot(reason: string, files: LoadedFiles): void {
    this.#move('lost-next');
    this.#tell(reason);
    this.#failed = files;
    if (this.#state === 'stale') this.#retryAt = this.#options.now() + this.#nextRest();
    else this.#rest();
  }

  #tell(reason: string, goesOn = this.#current !== undefined): void {
    if (reason === this.#trouble) return;
    this.#trouble = reason;
    this.#options.observer.onTrouble(reason, goesOn);
  }

  #rest(): void {
    this.#cancelRest = this.#options.after(this.#nextRest(), () => this.#retry());
  }

  #retry(): void {
    this.#cancelRest?.();
    this.#cancelRest = undefined;
    this.#start();
  }

  #nextRest(): number {
    return Math.min(longestRestSeconds, 2 ** Math.min(this.#failures++, 6)) * 1000;
  }

  #move(event: ForkserverEvent): void {
    this.#state = nextForkserverState(this.#state, event);
  }
}
