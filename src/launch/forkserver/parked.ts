/**
 * One fork server process as the daemon sees it: it is launched as a server of its service would be, with one end of a
 * socket pair as its descriptor 0, says when it is parked, and then makes a child for each request. The child is the
 * daemon's own (see native/forkserver/child.c), so that its exit and its usage come as those of any server do.
 *
 * It is a stranger. The sender of each message is the kernel's word, a child is believed when it is ours, runs as the
 * service's user and is not known yet, and a fork server that says anything else is killed. So is one that is not parked
 * or does not answer in time. Requests that are open when it goes are lost, which their callers are told; the descriptors
 * are theirs throughout.
 */
import type { ExitFacts, Launched } from '../../model/mod.ts';
import {
  type CompiledLaunch,
  closeDescriptor,
  type Descriptor,
  errnoMessage,
  isChild,
  launchElsewhere,
  openNull,
  receiveFrom,
  refuseMessages,
  SystemError,
  sendDescriptors,
  setBlocking,
  signalProcess,
  socketPair,
  tellSenders,
  type Watch,
  watchReadable,
} from '../../os/mod.ts';
import type { Servers } from '../servers.ts';
import type { LoadedFiles } from './files.ts';
import type { ForkserverProcesses } from './processes.ts';
import { longestMessage, readMessage } from './protocol.ts';

/** Descriptor 2 of a process that is about to be started. */
export interface Errors {
  readonly descriptor: Descriptor;
  started(pid: number): void;
  failed(): void;
  ended(): void;
}

export interface ParkedOptions {
  readonly launch: CompiledLaunch;
  /** Who its children have to be. */
  readonly uid: number;
  readonly errors: Errors;
  readonly files: LoadedFiles;
  readonly servers: Servers;
  readonly processes: ForkserverProcesses;
  /** Does a job once, so many milliseconds later, unless what it returns is called. */
  readonly after: (milliseconds: number, job: () => void) => () => void;
}

export interface ParkedObserver {
  onReady(pid: number): void;
  /** It has not forked for a request, and goes on; whoever asked is told so first. */
  onUnable(errno: number): void;
  /** It serves no more; called once, and nothing after it. Not called when it was closed. */
  onLost(reason: string): void;
}

/** The pid of the server; undefined: none will come. */
export type Answered = (pid: number | undefined) => void;

/** Loading may take long: an interpreter with many modules, on a machine that has just been started. */
const parkMilliseconds = 30_000;
/** A request is a fork: what takes longer hangs. */
const answerMilliseconds = 3000;
/** Messages taken in one go before anything else in the event loop has its turn. */
const batch = 64;
/** More files than any program loads. */
const mostNamed = 20_000;

const buffer = new Uint8Array(longestMessage);

export class Parked {
  readonly files: LoadedFiles;
  readonly #options: ParkedOptions;
  readonly #observer: ParkedObserver;
  readonly #open = new Map<number, Answered>();
  /** Of these, what the kernel has not taken yet, in order. */
  readonly #waiting: { readonly request: Uint8Array; readonly descriptors: readonly Descriptor[] }[] = [];
  #channel: { readonly socket: Descriptor; readonly watch: Watch } | undefined;
  #pid: number | undefined;
  /** Its pid may be somebody else's by now. */
  #exited = false;
  #lastId = 0;
  /** Files that it has named. */
  #named = 0;
  #ready = false;
  /** No new requests; gone when those that are open have been answered. */
  #closing = false;
  #reason: string | undefined;
  #stopTimer: (() => void) | undefined;

  /** Starts it. @throws SystemError for want of descriptors or memory; nothing is left behind then */
  constructor(options: ParkedOptions, observer: ParkedObserver) {
    this.#options = options;
    this.#observer = observer;
    this.files = options.files;
    const [ours, theirs] = socketPair('seqpacket');
    const opened = [ours, theirs];
    try {
      const nothing = openNull();
      opened.push(nothing);
      setBlocking(theirs, true);
      tellSenders(ours);
      const watch = watchReadable(ours, () => this.#receive());
      this.#channel = { socket: ours, watch };
      this.#launch(theirs, nothing);
    } catch (error) {
      this.#channel?.watch.close();
      this.#channel = undefined;
      for (const descriptor of opened) closeDescriptor(descriptor);
      throw error;
    }
  }

  /** Whether a request is worth making. */
  get ready(): boolean {
    return this.#ready && !this.#closing && this.#reason === undefined;
  }

  get nextId(): number {
    this.#lastId = (this.#lastId + 1) >>> 0;
    return this.#lastId;
  }

  /**
   * The kernel keeps some ten messages (net.unix.max_dgram_qlen); what more comes together waits here until one of those
   * has been answered. How many are open at once is the caller's to bound.
   *
   * @param request with {@link nextId}; the descriptors have to stay open until `answered` is called
   * @returns false when it cannot be taken now; then `answered` is not called
   */
  request(id: number, request: Uint8Array, descriptors: readonly Descriptor[], answered: Answered): boolean {
    if (!this.ready) return false;
    const waits = this.#waiting.length > 0;
    const sent = waits ? 'full' : this.#send(request, descriptors);
    if (sent === 'failed' || (sent === 'full' && this.#open.size === 0)) return false;
    if (sent === 'full') this.#waiting.push({ request, descriptors });
    if (this.#open.size === 0) this.#expectAnswers();
    this.#open.set(id, answered);
    return true;
  }

  /** Ends it when the requests that are open have been answered; nobody hears of it any more. */
  close(): void {
    this.#closing = true;
    if (this.#open.size === 0) this.#end();
  }

  /** What is wrong with the socket, when it failed, its watch will tell. */
  #send(request: Uint8Array, descriptors: readonly Descriptor[]): 'sent' | 'full' | 'failed' {
    if (this.#channel === undefined) return 'failed';
    try {
      return sendDescriptors(this.#channel.socket, request, descriptors) === undefined ? 'full' : 'sent';
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      return 'failed';
    }
  }

  #sendWaiting(): void {
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      if (this.#send(first.request, first.descriptors) !== 'sent') return;
      this.#waiting.shift();
    }
  }

  #launch(theirs: Descriptor, nothing: Descriptor): void {
    const { launch, errors, servers } = this.#options;
    launchElsewhere(launch, [], theirs, nothing, errors.descriptor, (launched, failedChild) => {
      closeDescriptor(theirs);
      closeDescriptor(nothing);
      this.#launched(launched, failedChild);
    });
    servers.expect();
    this.#stopTimer = this.#options.after(parkMilliseconds, () => this.#lose('it was not ready in time'));
  }

  #launched(launched: Launched, failedChild: number): void {
    const { errors, servers, processes } = this.#options;
    if (!launched.ok) {
      errors.failed();
      servers.fail(failedChild);
      this.#gone(`it could not be started (${launched.step}: ${errnoMessage(launched.errno)})`);
      return;
    }
    const { pid } = launched;
    errors.started(pid);
    this.#pid = pid;
    const onExit = (facts: ExitFacts): void => {
      this.#exited = true;
      errors.ended();
      this.#hearOut();
      this.#gone(this.#reason ?? `it died of ${causeOf(facts)}`);
    };
    processes.add(pid, onExit);
    const early = servers.pass(pid);
    if (early !== undefined) processes.exited(early);
    else if (this.#channel === undefined) signalProcess(pid, 'SIGKILL');
    else this.#channel.watch.start();
  }

  /**
   * Its last children may have begun, and their clients must not be served twice: what they have said counts, and those
   * that have not said it by now cannot any more, and end.
   */
  #hearOut(): void {
    if (this.#channel === undefined) return;
    refuseMessages(this.#channel.socket);
    while (this.#channel !== undefined) this.#receive();
  }

  #receive(): void {
    for (let taken = 0; taken < batch; taken++) {
      const socket = this.#channel?.socket;
      if (socket === undefined) return;
      let message: ReturnType<typeof receiveFrom>;
      try {
        message = receiveFrom(socket, buffer);
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        // Told once: it has gone with requests unread, and what it had said before comes next.
        if (error.code === 'ECONNRESET') continue;
        if (error.code === 'EMSGSIZE') {
          this.#lose('it said what no fork server says');
          continue;
        }
        message = { length: 0, pid: 0, uid: -1 };
      }
      if (message === undefined) return;
      if (message.length === 0) {
        // Nobody has the other end any more, so no child is on its way. Its exit says why, and comes soon.
        this.#disconnect();
        this.#kill();
        return;
      }
      this.#take(buffer.subarray(0, message.length), message.pid, message.uid);
    }
  }

  #take(bytes: Uint8Array, pid: number, uid: number): void {
    const message = readMessage(bytes);
    if (message?.kind === 'started') {
      this.#started(message.id, pid, uid);
      return;
    }
    if (message === undefined || pid !== this.#pid) {
      this.#lose('it said what no fork server says');
      return;
    }
    if (this.#reason !== undefined) return;
    switch (message.kind) {
      case 'file':
        if (++this.#named > mostNamed) this.#lose('it named too many files');
        else this.files.add(message.path);
        return;
      case 'ready':
        if (this.#ready) {
          this.#lose('it said what no fork server says');
          return;
        }
        this.#ready = true;
        this.#stopTimer?.();
        this.#stopTimer = undefined;
        if (!this.#closing) this.#observer.onReady(pid);
        return;
      case 'refused':
        this.#lose(message.reason);
        return;
      case 'failed':
        if (this.#open.has(message.id)) {
          this.#answer(message.id, undefined);
          if (!this.#closing) this.#observer.onUnable(message.errno);
        } else this.#lose('it answered what it was not asked');
    }
  }

  #started(id: number, pid: number, uid: number): void {
    const { servers, processes } = this.#options;
    if (
      uid !== this.#options.uid ||
      servers.has(pid) ||
      processes.has(pid) ||
      !(servers.isEarly(pid) || isChild(pid)) ||
      !this.#open.has(id)
    ) {
      this.#lose('it named a server that it has not forked');
      return;
    }
    this.#answer(id, pid);
  }

  #answer(id: number, pid: number | undefined): void {
    const answered = this.#open.get(id);
    this.#open.delete(id);
    answered?.(pid);
    this.#sendWaiting();
    if (this.#closing && this.#open.size === 0) this.#end();
  }

  #expectAnswers(): void {
    const oldest = this.#lastId;
    this.#stopTimer ??= this.#options.after(answerMilliseconds, () => {
      this.#stopTimer = undefined;
      if (this.#open.size === 0) return;
      const [first = oldest] = this.#open.keys();
      if (first <= oldest) this.#lose('it did not answer');
      else this.#expectAnswers();
    });
  }

  /** It is of no use any more. Children that are on their way may still be heard of until its socket is closed. */
  #lose(reason: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    if (this.#pid !== undefined) this.#kill();
    else if (!this.#ready) this.#disconnect();
  }

  /** It has nothing to put in order, and one that means no good would not end by being asked. */
  #end(): void {
    this.#disconnect();
    this.#kill();
  }

  #kill(): void {
    if (this.#pid !== undefined && !this.#exited) signalProcess(this.#pid, 'SIGKILL');
  }

  #gone(reason: string): void {
    this.#reason ??= reason;
    this.#disconnect();
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    const open = [...this.#open.values()];
    this.#open.clear();
    this.#waiting.length = 0;
    for (const answered of open) answered(undefined);
    if (!this.#closing) this.#observer.onLost(this.#reason);
  }

  #disconnect(): void {
    if (this.#channel === undefined) return;
    this.#channel.watch.close();
    closeDescriptor(this.#channel.socket);
    this.#channel = undefined;
  }
}

function causeOf({ ending }: ExitFacts): string {
  return ending.kind === 'signal' ? `signal ${ending.signal}` : `exit status ${ending.status}`;
}
