/**
 * What the worker has to do: a table of tasks, each with one descriptor, from its order to the report of its end.
 */
import { closeDescriptor, type Descriptor, SystemError } from '../os/mod.ts';
import { answerStream, Datagrams } from './builtin/mod.ts';
import type { DatagramJob, Order, Report, StreamJob, TaskId } from './protocol.ts';

/** What can be asked of a task while it runs. */
interface Running {
  end(): void;
  judge(allowed: boolean): void;
}

type Ended = (traffic: { readonly received: number; readonly sent: number }) => void;

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
          this.#running.get(order.task)?.judge(order.allowed);
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
    const ended: Ended = (traffic) => {
      over = true;
      this.#running.delete(task);
      this.#report({ report: 'ended', task, ...traffic });
    };
    const running =
      job.kind === 'stream' ? stream(job, descriptor, ended) : this.#datagrams(task, job, descriptor, ended);
    if (!over && running !== undefined) this.#running.set(task, running);
  }

  #datagrams(task: TaskId, job: DatagramJob, descriptor: Descriptor, ended: Ended): Running | undefined {
    try {
      return new Datagrams(job, descriptor, {
        onUnknown: (address, port) => this.#report({ report: 'asks', task, sender: { address, port } }),
        onEnded: ended,
      });
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      ended({ received: 0, sent: 0 });
      return undefined;
    }
  }
}

function stream({ name }: StreamJob, descriptor: Descriptor, ended: Ended): Running {
  const end = answerStream(name, descriptor, ended);
  return { end, judge: () => {} };
}
