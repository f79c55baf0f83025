/**
 * From the services that run to those that a table asks for, as a transaction: what is new is made ready beside what
 * runs (log, launch plan, sockets), and only then does anything that runs change.
 *
 * A service whose new definition cannot be started goes on with the old one, whole: socket, limits, program, log. So
 * does one that could have had its socket only from such a service; that is followed until nothing changes any more.
 * A service that holds no socket at all has nothing to lose: it follows its new text and is tried again there.
 */
import type { Listener } from '../listener/mod.ts';
import type { DaemonLog } from '../log/mod.ts';
import type { Service } from '../model/mod.ts';
import { SystemError } from '../os/mod.ts';
import { Estate } from './inheritance.ts';
import { placeOf } from './place.ts';
import type { PortChange } from './ports.ts';
import type { ReloadPlan } from './reload-plan.ts';
import type { RunningService } from './running-service.ts';

export interface Outcome {
  /** At work now, in the order of the text. */
  readonly kept: readonly RunningService[];
  readonly started: readonly RunningService[];
  /** They go on as they were: their new text is refused, or cannot be had. */
  readonly retained: readonly RunningService[];
  /** Closed; their servers may still run. */
  readonly dropped: readonly RunningService[];
}

/** One service on its way to a new text. */
interface Move {
  readonly service: Service;
  /** Who goes on when this fails; the same as `successor` where sockets and servers are kept. */
  readonly predecessor: RunningService | undefined;
  successor: RunningService | undefined;
  change: PortChange | undefined;
  /** Why it cannot be. */
  failure: string | undefined;
}

export class Transition {
  readonly #plan: ReloadPlan<RunningService>;
  readonly #create: (service: Service) => RunningService;
  readonly #log: DaemonLog;
  readonly #estate = new Estate<Move>();

  /** @param create gives a service its log and its launch plan; throws SystemError */
  constructor(plan: ReloadPlan<RunningService>, create: (service: Service) => RunningService, log: DaemonLog) {
    this.#plan = plan;
    this.#create = create;
    this.#log = log;
  }

  run(): Outcome {
    const { keep, start, drop, retain } = this.#plan;
    for (const running of drop) this.#leave(running, running.listeners);
    for (const { running, service } of keep) this.#leave(running, running.leavingBy(service));
    const stays = keep.map(({ running, service }) => this.#prepare(service, running, running));
    const comes = start.map(({ service, predecessor }) => this.#prepare(service, predecessor, undefined));
    const moves = [...stays, ...comes];
    for (const move of moves) if (move.failure !== undefined) this.#undo(move);
    for (const move of moves) this.#tell(move);
    const made = moves.filter(({ failure }) => failure === undefined);
    for (const { change } of made) change?.take();
    for (const { change } of made) change?.settle();
    const failed = comes.filter(({ failure }) => failure !== undefined);
    const saved = new Set(failed.map(({ predecessor }) => predecessor));
    const dropped = drop.filter((running) => !saved.has(running));
    for (const running of dropped) running.close();
    return {
      kept: keep.map(({ running }) => running),
      started: comes.flatMap(({ failure, successor }) => (failure === undefined ? (successor ?? []) : [])),
      retained: [...retain, ...drop.filter((running) => saved.has(running))],
      dropped,
    };
  }

  #leave(running: RunningService, listeners: readonly Listener[]): void {
    for (const listener of listeners) this.#estate.add(running.service, listener);
  }

  #prepare(service: Service, predecessor: RunningService | undefined, kept: RunningService | undefined): Move {
    const move: Move = { service, predecessor, successor: kept, change: undefined, failure: undefined };
    const inheritance = this.#estate.inheritanceOf(move);
    try {
      if (kept === undefined) {
        move.successor = this.#create(service);
        move.change = move.successor.prepareStart(inheritance);
      } else {
        move.change = kept.prepare(service, inheritance);
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
      move.failure = error.message;
      return move;
    }
    if (predecessor?.active !== true) return move;
    const failed = move.change.failures.find(({ endpoint }) => !predecessor.lacks(endpoint));
    if (failed !== undefined) move.failure = `${failed.error.message}, ${placeOf(failed.endpoint)}`;
    return move;
  }

  /** Takes back what was made ready, and with it what others were promised of the predecessor's. */
  #undo(move: Move): void {
    move.change?.undo();
    move.change = undefined;
    const { predecessor } = move;
    if (predecessor === undefined) return;
    const leaving = move.successor === predecessor ? predecessor.leavingBy(move.service) : predecessor.listeners;
    for (const listener of leaving) {
      const heir = this.#estate.heirOf(listener);
      if (heir === undefined || heir.failure !== undefined) continue;
      heir.failure = `service ${predecessor.service.id} keeps ${placeOf(listener.endpoint)}`;
      this.#undo(heir);
    }
  }

  #tell({ service, predecessor, successor, failure }: Move): void {
    if (failure === undefined) {
      if (successor === predecessor) this.#log.write('NOTICE', `readjusting service ${service.id}`);
      return;
    }
    if (predecessor !== undefined) {
      this.#log.write(
        'ERROR',
        `service ${predecessor.service.id}: its new definition cannot be started (${failure}), the old definition goes on until it is mended`,
      );
      return;
    }
    if (successor === undefined) this.#log.write('ERROR', `creation of ${service.id} log failed: ${failure}`);
    const reason = successor === undefined ? '.' : `: ${failure}`;
    this.#log.write('ERROR', `Service ${service.id} failed to start and is deactivated${reason}`);
  }
}

/** Errors of the system come from the add-on (sockets) and from Node (log files); anything else is a mistake here. */
function isSystemError(error: unknown): error is Error {
  return error instanceof SystemError || (error instanceof Error && 'syscall' in error);
}
