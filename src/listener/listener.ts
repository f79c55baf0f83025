/**
 * One bound socket of a service and its life: it accepts (or, for `wait` services, notices that something has
 * come), and is held, paused, handed over and closed by the daemon. It decides nothing; what may happen when is
 * the table of state.ts.
 *
 * A listener never reads what a client sent. For datagrams the daemon may ask for the sender of the first one.
 */
import { type Endpoint, hasConnections, type Local, type Peer } from '../model/mod.ts';
import {
  acceptBatch,
  type Connection,
  changeSocketFile,
  closeDescriptor,
  type Descriptor,
  discardDatagram,
  duplicate,
  localAddress,
  peekSender,
  removeSocketFile,
  type SocketFile,
  setBlocking,
  type Watch,
  watchReadable,
} from '../os/mod.ts';
import { applyChanges, type OpenedSocket, openListeningSocket, type SocketPlan } from './bind.ts';
import { type ListenerEvent, type ListenerState, nextState } from './state.ts';
import { unixPeer, unixSender } from './unix-peer.ts';

/** Connections accepted in one go before the other listeners get their turn. */
const batch = 16;

/** What a listener tells the daemon. Each is called from the event loop, never from within a call to it. */
export interface ListenerObserver {
  /** Clients of a `nowait` stream service, at least one. Their descriptors now belong to the observer. */
  onConnections(listener: Listener, connections: readonly Connection[]): void;
  /**
   * A `wait` service, or one for datagrams, has something to read. Called again and again until it is handed over, held
   * or closed, or nothing is left.
   */
  onPending(listener: Listener): void;
  /** accept(2) failed in a way that trying again at once would not cure, e.g. EMFILE. */
  onAcceptFailure(listener: Listener, code: string): void;
}

/** The socket of a listener that ends, for the one that goes on with it. */
export interface Bequest {
  readonly descriptor: Descriptor;
  /** A Unix socket's; it stays where it is. */
  readonly file: SocketFile | undefined;
  /** A `wait` server still has the socket, and was started for this listener. */
  readonly busy: Listener | undefined;
}

/** What became of a client that was to be refused. */
interface Discarded {
  /** Who it was; undefined when it has gone by itself or is still there. */
  readonly peer: Peer | undefined;
  /** Why it is still there: accept(2) failed as in {@link ListenerObserver.onAcceptFailure}. */
  readonly failure: string | undefined;
}

export class Listener {
  readonly endpoint: Endpoint;
  readonly #observer: ListenerObserver;
  #plan: SocketPlan;
  #state: ListenerState = 'down';
  #suspended = false;
  /** Who has gone on with the socket while a server had it. */
  #heir: Listener | undefined;
  #socket: (OpenedSocket & { readonly watch: Watch; readonly local: Local }) | undefined;

  constructor(plan: SocketPlan, endpoint: Endpoint, observer: ListenerObserver) {
    this.#plan = plan;
    this.endpoint = endpoint;
    this.#observer = observer;
  }

  get state(): ListenerState {
    return this.#state;
  }

  /** Of its socket, or undefined while there is none; for those who look. */
  get descriptor(): Descriptor | undefined {
    return this.#socket?.descriptor;
  }

  /** The address it really has (a port of 0 has become one), or undefined while there is no socket. */
  get local(): Local | undefined {
    return this.#socket?.local;
  }

  /** As {@link local}, where all that comes has been sent to: undefined for every address of the machine. */
  get onlyAddress(): Local | undefined {
    return this.endpoint.address === '0.0.0.0' || this.endpoint.address === '::' ? undefined : this.local;
  }

  /**
   * Binds and watches; also brings a paused port back.
   * @param beside listeners that are about to end, whose addresses may overlap with this one's
   * @throws SystemError naming the call that failed; the listener stays as it was
   */
  open(beside: readonly Listener[] = []): void {
    const next = nextState(this.#state, 'open');
    const sockets = beside.flatMap((listener) => listener.#socket?.descriptor ?? []);
    this.#install(openListeningSocket(this.#plan, this.endpoint, sockets));
    this.#state = next;
  }

  /**
   * Goes on with the socket of a listener that ends, without closing the port between them. A `wait` server that has
   * the socket keeps it to its end.
   * @throws SystemError when the socket does not take the new options; it is closed then, or nobody could bind again
   */
  adopt({ descriptor, file, busy }: Bequest): void {
    const next = nextState(this.#state, 'open');
    try {
      if (busy === undefined) setBlocking(descriptor, this.#plan.wait);
      applyChanges(this.#plan, this.endpoint, descriptor);
      if (file !== undefined && this.endpoint.family === 'unix') changeSocketFile(file, this.endpoint);
    } catch (error) {
      discard({ descriptor, file });
      throw error;
    }
    this.#install({ descriptor, file });
    this.#state = next;
    if (busy === undefined) return;
    this.handOver();
    busy.#heir = this;
  }

  /**
   * A reload changed what the socket depends on, but not where it listens.
   * @throws SystemError when the socket does not take the new options
   */
  update(plan: SocketPlan): void {
    this.#plan = plan;
    if (this.#socket !== undefined) applyChanges(plan, this.endpoint, this.#socket.descriptor);
  }

  /** Stops watching and keeps the socket: clients queue in the kernel. */
  hold(): void {
    this.#move('hold');
    this.#socket?.watch.stop();
  }

  resume(): void {
    this.#move('resume');
    this.#watchAgain();
  }

  /**
   * An administrator's pause, which goes beside all states: the socket stays, nobody is served, clients queue in the
   * kernel. A `wait` server that has the socket goes on.
   */
  suspend(suspended: boolean): void {
    this.#suspended = suspended;
    if (suspended) this.#socket?.watch.stop();
    else if (this.#state === 'listening') this.#socket?.watch.start();
  }

  /** Closes the port until open() is called again. */
  pause(): void {
    this.#move('pause');
    this.#drop();
  }

  /**
   * Another descriptor for the socket, which stays open when this listener closes.
   * @throws SystemError EMFILE when there are no more
   */
  duplicate(): Descriptor {
    if (this.#socket === undefined) throw new Error('there is no socket to duplicate');
    return duplicate(this.#socket.descriptor);
  }

  /** The descriptor for a `wait` server, which now owns what is read from it; see {@link giveBack}. */
  handOver(): Descriptor {
    if (this.#socket === undefined) throw new Error('there is no socket to hand over');
    this.#move('hand-over');
    this.#socket.watch.stop();
    return this.#socket.descriptor;
  }

  /**
   * The `wait` server has ended. What is still queued starts the next one: nothing is drained. The socket may have
   * been closed or passed on to another listener meanwhile.
   */
  giveBack(): void {
    if (this.#heir !== undefined) {
      this.#heir.giveBack();
      return;
    }
    if (this.#state !== 'busy' || this.#socket === undefined) return;
    // A server may have left it as it likes, and an heir may need it otherwise than the server did.
    setBlocking(this.#socket.descriptor, this.#plan.wait);
    this.#move('return');
    this.#watchAgain();
  }

  /** The sender of the first queued datagram; undefined when there is none after all. */
  firstSender(): Peer | undefined {
    if (this.#socket === undefined) return undefined;
    const sender = peekSender(this.#socket.descriptor);
    return sender !== undefined && this.endpoint.family === 'unix' ? unixSender : sender;
  }

  /**
   * Takes the first datagram, or the first connection of a `wait` stream, out of the queue without reading a byte
   * of it: the daemon refuses it.
   */
  discardFirst(): Discarded {
    const descriptor = this.#socket?.descriptor;
    if (descriptor === undefined) return { peer: undefined, failure: undefined };
    if (!hasConnections(this.#plan.socketType)) {
      const peer = this.firstSender();
      if (peer !== undefined) discardDatagram(descriptor);
      return { peer, failure: undefined };
    }
    setBlocking(descriptor, false);
    const { connections, failure } = acceptBatch(descriptor, 1);
    setBlocking(descriptor, true);
    const [refused] = connections;
    if (refused !== undefined) closeDescriptor(refused.descriptor);
    return { peer: refused?.peer, failure };
  }

  close(): void {
    this.#move('close');
    this.#drop();
  }

  /** Ends this listener but keeps its socket open for {@link adopt}; undefined when it has none to give. */
  release(): Bequest | undefined {
    const busy = this.#state === 'busy' ? this : undefined;
    const socket = this.#socket;
    this.#move('close');
    if (socket === undefined) return undefined;
    socket.watch.close();
    this.#socket = undefined;
    return { descriptor: socket.descriptor, file: socket.file, busy };
  }

  #watchAgain(): void {
    if (!this.#suspended) this.#socket?.watch.start();
  }

  #move(event: ListenerEvent): void {
    this.#state = nextState(this.#state, event);
  }

  /** @throws SystemError for want of memory or of the kernel's room for watches; the descriptor is closed then */
  #install(opened: OpenedSocket): void {
    const { descriptor } = opened;
    const accepts = hasConnections(this.#plan.socketType) && !this.#plan.wait;
    const onReadable = accepts ? () => this.#accept(descriptor) : () => this.#observer.onPending(this);
    let watch: Watch | undefined;
    try {
      const local = localAddress(descriptor);
      watch = watchReadable(descriptor, onReadable);
      if (!this.#suspended) watch.start();
      this.#socket = { ...opened, watch, local };
    } catch (error) {
      watch?.close();
      discard(opened);
      throw error;
    }
  }

  #drop(): void {
    if (this.#socket === undefined) return;
    this.#socket.watch.close();
    discard(this.#socket);
    this.#socket = undefined;
  }

  /** Connections of a batch are all served, even when one of them makes the daemon hold or pause the listener. */
  #accept(descriptor: Descriptor): void {
    const { connections, failure } = acceptBatch(descriptor, batch);
    if (connections.length > 0) {
      this.#observer.onConnections(this, this.endpoint.family === 'unix' ? connections.map(withPeer) : connections);
    }
    if (failure !== undefined && this.#state === 'listening') this.#observer.onAcceptFailure(this, failure);
  }
}

function withPeer(connection: Connection): Connection {
  return { ...connection, peer: unixPeer(connection.descriptor, connection.peer.address) };
}

/** The file goes first: who comes now finds no service, instead of one that refuses. */
function discard({ descriptor, file }: OpenedSocket): void {
  if (file !== undefined) removeSocketFile(file);
  closeDescriptor(descriptor);
}
