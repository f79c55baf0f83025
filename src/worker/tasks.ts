/**
 * What the worker has to do: a table of tasks, each with one descriptor, from its order to the report of its end.
 */
import type { IdentAnswer } from '../model/mod.ts';
import { closeDescriptor, type Descriptor, SystemError } from '../os/mod.ts';
import { answerAuth } from './auth/mod.ts';
import { answerStream, Datagrams, sayText, Tcpmux } from './builtin/mod.ts';
import { Scrape } from './http/mod.ts';
import { identify } from './ident/mod.ts';
import type { Job, Order, RelayFailure, Report, TaskId } from './protocol.ts';
import { relay } from './relay/mod.ts';

/** What can be asked of a task while it runs. */
interface Running {
  end(): void;
  judge?(allowed: boolean): void;
  reply?(text: string, goesOn: boolean): void;
}

type Ended = (end: {
  readonly received: number;
  readonly sent: number;
  readonly failure?: RelayFailure;
  readonly answer?: IdentAnswer;
}) => void;

export class Tasks {
  readonly #report: (report: Report) => void;
  readonly #running = new Map<TaskId, Running>();

  constructor(report: (report: Report) => void) {
    this.#report = report;
  }

  /**
   * Does what a message asks for. An order for a task that has just ended is passed over: its report is on the way.
   * @returns false when it has not a descriptor for each `serve`; all of them are closed then
   */
  obey(orders: readonly Order[], descriptors: readonly Descriptor[]): boolean {
    if (orders.filter(({ order }) => order === 'serve').length !== descriptors.length) {
      for (const descriptor of descriptors) closeDescriptor(descriptor);
      return false;
    }
    const rest = descriptors.values();
    for (const order of orders) {
      switch (order.order) {
        case 'end':
          this.#running.get(order.task)?.end();
          break;
        case 'verdict':
          this.#running.get(order.task)?.judge?.(order.allowed);
          break;
        case 'reply':
          this.#running.get(order.task)?.reply?.(order.text, order.goesOn);
          break;
        case 'serve': {
          const { value: descriptor } = rest.next();
          if (descriptor !== undefined) this.#serve(order, descriptor);
          break;
        }
      }
    }
    return true;
  }

  #serve({ task, job }: Extract<Order, { order: 'serve' }>, descriptor: Descriptor): void {
    let over = false;
    const ended: Ended = (end) => {
      over = true;
      this.#running.delete(task);
      this.#report({ report: 'ended', task, ...end });
    };
    try {
      const running = this.#begin(task, job, descriptor, ended);
      if (!over) this.#running.set(task, running);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      ended({ received: 0, sent: 0 });
    }
  }

  /** @throws SystemError for a descriptor that cannot be worked with; it is closed then */
  #begin(task: TaskId, job: Job, descriptor: Descriptor, ended: Ended): Running {
    switch (job.kind) {
      case 'stream':
        return { end: answerStream(job.name, descriptor, ended) };
      case 'text':
        return { end: sayText(job.text, descriptor, ended) };
      case 'redirect':
        return { end: relay(job.target, descriptor, ended) };
      case 'ident':
        return { end: identify(job, descriptor, (answer) => ended({ received: 0, sent: 0, answer })) };
      case 'datagrams':
        return new Datagrams(job, descriptor, {
          onUnknown: (address, port) => this.#report({ report: 'asks', task, sender: { address, port } }),
          onEnded: ended,
        });
      case 'auth':
        return { end: answerAuth(job, descriptor, ended) };
      case 'scrape':
        return new Scrape(job, descriptor, {
          onWanted: () => this.#report({ report: 'wants', task, name: 'metrics' }),
          onEnded: ended,
        });
      case 'tcpmux':
        return new Tcpmux(job, descriptor, {
          onName: (name) => this.#report({ report: 'wants', task, name }),
          onEnded: ended,
        });
    }
  }
}
