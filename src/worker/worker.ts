/**
 * The worker as the daemon sees it: a process that is started when the first task comes, gets tasks over a socket pair,
 * and is replaced when it dies.
 *
 * | state    | process     | a new task                | left when                                                |
 * |----------|-------------|---------------------------|----------------------------------------------------------|
 * | absent   | none        | starts the process, waits | a task comes                                             |
 * | starting | loads       | waits                     | it is ready; it dies                                     |
 * | ready    | works       | is sent                   | it dies                                                  |
 * | dying    | being ended | waits for the next one    | its exit is collected                                    |
 * | resting  | none        | is refused                | its time is over: it has died, or not started, too often |
 * | stopped  | may end yet | is refused                | –                                                        |
 *
 * The death of a worker ends the tasks that it had, and those alone: what waits here goes to the next one. What a worker
 * says is taken for the claim of a stranger; one that says what it must not say is killed.
 */
import type { ExitFacts, IdentAnswer, Launched, LaunchPlan, Peer } from '../model/mod.ts';
import { closeDescriptor, type Descriptor, signalProcess } from '../os/mod.ts';
import { Channel } from './channel.ts';
import { type Job, longestText, type RelayFailure, type Report, readReports, type TaskId, textOf } from './protocol.ts';
import { startWorker } from './start.ts';

export interface WorkerOptions {
  readonly plan: LaunchPlan;
  /** How many tasks it may have at once. */
  readonly mostTasks: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Does the job when some milliseconds have passed. */
  readonly later: (job: () => void) => void;
  readonly observer: WorkerObserver;
}

/** What is to be said about the worker, as facts. */
export interface WorkerObserver {
  /** @param restSeconds how long clients are refused before it is tried again */
  onLaunchFailed(failure: Extract<Launched, { ok: false }>, restSeconds: number): void;
  /** @param lost the tasks that it had; `restSeconds`: 0 when the next one is started at once */
  onDied(facts: ExitFacts, wasReady: boolean, lost: number, restSeconds: number): void;
  /** It has told what is wrong with it, or has said what it must not say. */
  onTrouble(pid: number, text: string): void;
}

/** How a task ended. */
export interface TaskEnd {
  readonly pid: number;
  /** As that of a server: status 0, or that of the worker when it died. */
  readonly ending: ExitFacts['ending'];
  /** Bytes from the client and to it; 0 where no worker is left to say. */
  readonly received: number;
  readonly sent: number;
  /** The target of a redirect could not be reached. */
  readonly failure: RelayFailure | undefined;
  /** What an ident server has said. */
  readonly answer: IdentAnswer | undefined;
}

/** Who has given the worker a task. Each is called from the event loop, never from within {@link Worker.serve}. */
export interface TaskObserver {
  /** The worker has its copy of the descriptor: the caller may close its own. */
  onStarted(pid: number): void;
  /** No worker has had it and none will: the caller may close the descriptor. Nothing is called after this. */
  onRefused(): void;
  /** Called once, after {@link TaskObserver.onStarted}. */
  onEnded(end: TaskEnd): void;
  /** For tcpmux {@link Worker.reply}, for metrics {@link Worker.say} has to follow, or {@link Worker.end}. */
  onWants?(name: string): void;
  /** For datagrams: whether this sender is answered too. */
  onAsks?(sender: Peer): boolean;
}

interface Task {
  readonly id: TaskId;
  readonly job: Job;
  readonly descriptor: Descriptor;
  readonly observer: TaskObserver;
  /** Takes it back from the channel. */
  cancel: () => void;
}

type State =
  | { readonly kind: 'absent' | 'resting' }
  | { readonly kind: 'starting' | 'ready'; readonly process: Process }
  | { readonly kind: 'dying'; readonly process: Process; readonly wasReady: boolean }
  | { readonly kind: 'stopped'; readonly process: Process | undefined };

interface Process {
  readonly pid: number;
  readonly channel: Channel;
  readonly startedAt: number;
  /** Sent to it and not reported as ended. */
  readonly tasks: Map<TaskId, Task>;
  readonly patience: NodeJS.Timeout;
}

/** Listeners rest while so many tasks wait: clients queue in the kernel then, and not as descriptors here. */
const crowd = 64;
/** A worker that is not ready by then never will be. */
const patienceSeconds = 30;
/** One that has lived for so long may die again without a rest. */
const soundSeconds = 60;
const longestRestSeconds = 60;

export class Worker {
  readonly #options: WorkerOptions;
  readonly #whenClear = new Set<() => void>();
  readonly #whenGone: (() => void)[] = [];
  /** Not sent yet, in order. */
  readonly #waiting = new Map<TaskId, Task>();
  #state: State = { kind: 'absent' };
  #lastTask: TaskId = 0;
  /** Deaths in a row, none long after the one before. */
  #deaths = 0;
  #rest: NodeJS.Timeout | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** True: bring no more for now; see {@link Worker.whenClear}. */
  get crowded(): boolean {
    return this.#waiting.size >= crowd;
  }

  /** Tasks that wait or run. */
  get tasks(): number {
    return this.#waiting.size + (this.#process?.tasks.size ?? 0);
  }

  /** Calls back once, when the worker has taken what waits, or when nothing waits for it any more. */
  whenClear(clear: () => void): void {
    this.#whenClear.add(clear);
  }

  /**
   * Hands a task over.
   * @param descriptor has to stay open until the observer is told that it need not, or {@link Worker.end} says so
   * @returns its name; undefined when it is refused: the worker has no room or cannot be had
   */
  serve(job: Job, descriptor: Descriptor, observer: TaskObserver): TaskId | undefined {
    if (this.tasks >= this.#options.mostTasks) return undefined;
    if (this.#state.kind === 'absent') this.#start();
    if (this.#state.kind === 'resting' || this.#state.kind === 'stopped') return undefined;
    const task: Task = { id: ++this.#lastTask, job, descriptor, observer, cancel: () => {} };
    this.#waiting.set(task.id, task);
    if (this.#state.kind === 'ready') this.#send(this.#state.process, task);
    return task.id;
  }

  /**
   * Ends a task before its time.
   * @returns true when no worker has had it: it is forgotten, and its observer is not called any more
   */
  end(id: TaskId): boolean {
    const task = this.#waiting.get(id);
    if (task === undefined) {
      this.#process?.channel.send({ order: 'end', task: id });
      return false;
    }
    task.cancel();
    this.#waiting.delete(id);
    this.#checkClear();
    return true;
  }

  /**
   * What a client of tcpmux gets.
   * @param lines see {@link textOf}
   * @param goesOn somebody else serves it when the task has ended
   */
  reply(id: TaskId, lines: readonly string[], goesOn: boolean): void {
    this.#process?.channel.send({ order: 'reply', task: id, text: textOf(lines), goesOn });
  }

  /** What a scraper gets, in ASCII. */
  say(id: TaskId, text: string): void {
    const ends = text.length === 0 ? 1 : text.length;
    for (let at = 0; at < ends; at += longestText) {
      const part = text.slice(at, at + longestText);
      this.#process?.channel.send({ order: 'reply', task: id, text: part, goesOn: at + longestText < ends });
    }
  }

  /** A child of the daemon has ended. @returns whether it was the worker */
  exited(facts: ExitFacts): boolean {
    const process = this.#process;
    if (process?.pid !== facts.pid) return false;
    clearTimeout(process.patience);
    // What it has said before it died still counts.
    process.channel.receive();
    process.channel.close();
    const state = this.#state;
    const lost = [...process.tasks.values()];
    if (state.kind === 'stopped') this.#state = { kind: 'stopped', process: undefined };
    else
      this.#replace(process, facts, state.kind === 'ready' || (state.kind === 'dying' && state.wasReady), lost.length);
    const end = { pid: facts.pid, ending: facts.ending, received: 0, sent: 0, failure: undefined, answer: undefined };
    for (const { observer } of lost) observer.onEnded(end);
    for (const gone of this.#whenGone.splice(0)) gone();
    return true;
  }

  /** Ends it and takes no more tasks. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): void {
    const process = this.#process;
    clearTimeout(this.#rest);
    this.#state = { kind: 'stopped', process };
    if (process !== undefined) signalProcess(process.pid, signal);
    this.#refuseWaiting();
  }

  /** Resolves when there is no process, or none any more. */
  gone(): Promise<void> {
    if (this.#process === undefined) return Promise.resolve();
    return new Promise((resolve) => this.#whenGone.push(resolve));
  }

  /** Lets go of it: the process notices and ends by itself. */
  abandon(): void {
    clearTimeout(this.#process?.patience);
    clearTimeout(this.#rest);
    this.#process?.channel.close();
    this.#state = { kind: 'stopped', process: undefined };
    this.#refuseWaiting();
  }

  get #process(): Process | undefined {
    return 'process' in this.#state ? this.#state.process : undefined;
  }

  #start(): void {
    const started = startWorker(this.#options.plan);
    if (!started.ok) {
      const rest = this.#nextRest();
      this.#options.observer.onLaunchFailed(started.failure, rest);
      this.#restFor(rest);
      return;
    }
    const { pid, channel } = started;
    const process: Process = {
      pid,
      channel: new Channel(channel, {
        onMessage: (message, descriptors) => this.#hear(process, message, descriptors),
        onClosed: () => this.#kill(process),
        later: this.#options.later,
      }),
      startedAt: this.#options.clock(),
      tasks: new Map(),
      patience: setTimeout(() => this.#kill(process), patienceSeconds * 1000),
    };
    this.#state = { kind: 'starting', process };
  }

  #send(process: Process, task: Task): void {
    task.cancel = process.channel.send({ order: 'serve', task: task.id, job: task.job }, task.descriptor, () => {
      this.#waiting.delete(task.id);
      process.tasks.set(task.id, task);
      task.observer.onStarted(process.pid);
      this.#checkClear();
    });
  }

  #hear(process: Process, message: Uint8Array, descriptors: readonly Descriptor[]): void {
    for (const descriptor of descriptors) closeDescriptor(descriptor);
    const reports = descriptors.length === 0 ? readReports(message) : undefined;
    if (reports?.every((report) => this.#take(process, report)) === true) return;
    this.#options.observer.onTrouble(process.pid, 'has said what no worker says');
    this.#kill(process);
  }

  /** @returns false for what it has no business to say */
  #take(process: Process, report: Report): boolean {
    switch (report.report) {
      case 'ready':
        if (this.#state.kind !== 'starting') return false;
        clearTimeout(process.patience);
        this.#state = { kind: 'ready', process };
        for (const task of this.#waiting.values()) this.#send(process, task);
        return true;
      case 'failed':
        this.#options.observer.onTrouble(process.pid, `has failed: ${report.text}`);
        return true;
      case 'asks': {
        const allowed = process.tasks.get(report.task)?.observer.onAsks?.(report.sender);
        if (allowed === undefined) return false;
        process.channel.send({ order: 'verdict', task: report.task, allowed });
        return true;
      }
      case 'wants': {
        const observer = process.tasks.get(report.task)?.observer;
        if (observer?.onWants === undefined) return false;
        observer.onWants(report.name);
        return true;
      }
      case 'ended': {
        const task = process.tasks.get(report.task);
        if (task === undefined) return false;
        process.tasks.delete(report.task);
        const { received, sent, failure, answer } = report;
        task.observer.onEnded({
          pid: process.pid,
          ending: { kind: 'status', status: 0 },
          received,
          sent,
          failure,
          answer,
        });
        return true;
      }
    }
  }

  /** Its exit comes later, from the collector of exits. */
  #kill(process: Process): void {
    if (this.#state.kind !== 'starting' && this.#state.kind !== 'ready') return;
    this.#state = { kind: 'dying', process, wasReady: this.#state.kind === 'ready' };
    process.channel.close();
    signalProcess(process.pid, 'SIGKILL');
  }

  #replace(process: Process, facts: ExitFacts, wasReady: boolean, lost: number): void {
    if (this.#options.clock() - process.startedAt >= soundSeconds * 1000) this.#deaths = 0;
    // One that never got ready would do the same again.
    const first = wasReady && this.#deaths === 0;
    const rest = first ? 0 : this.#nextRest();
    if (first) this.#deaths = 1;
    this.#options.observer.onDied(facts, wasReady, lost, rest);
    if (rest === 0) this.#start();
    else this.#restFor(rest);
  }

  #nextRest(): number {
    return Math.min(2 ** this.#deaths++, longestRestSeconds);
  }

  #restFor(seconds: number): void {
    this.#state = { kind: 'resting' };
    this.#rest = setTimeout(() => {
      this.#state = { kind: 'absent' };
    }, seconds * 1000);
    this.#rest.unref();
    this.#refuseWaiting();
  }

  #refuseWaiting(): void {
    const refused = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { cancel, observer } of refused) {
      cancel();
      observer.onRefused();
    }
    this.#checkClear();
  }

  #checkClear(): void {
    if (this.#waiting.size > 0 || this.#whenClear.size === 0) return;
    const clear = [...this.#whenClear];
    this.#whenClear.clear();
    for (const tell of clear) tell();
  }
}
