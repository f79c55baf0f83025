/**
 * What the worker has to do: a table of tasks, each with one descriptor, from its order to the report of its end.
 */
import { closeDescriptor, type Descriptor } from '../os/mod.ts';
import { answerStream } from './builtin/mod.ts';
import type { Order, Report, TaskId } from './protocol.ts';

export class Tasks {
  readonly #report: (report: Report) => void;
  /** How to end each task. */
  readonly #running = new Map<TaskId, () => void>();

  constructor(report: (report: Report) => void) {
    this.#report = report;
  }

  /**
   * Does what a message asks for.
   * @returns false when it has not a descriptor for each `serve`; all of them are closed then
   */
  obey(orders: readonly Order[], descriptors: readonly Descriptor[]): boolean {
    if (orders.filter(({ order }) => order === 'serve').length !== descriptors.length) {
      for (const descriptor of descriptors) closeDescriptor(descriptor);
      return false;
    }
    let next = 0;
    for (const order of orders) {
      if (order.order === 'end') {
        this.#running.get(order.task)?.();
        continue;
      }
      const descriptor = descriptors[next++];
      if (descriptor !== undefined) this.#serve(order, descriptor);
    }
    return true;
  }

  #serve({ task, job }: Extract<Order, { order: 'serve' }>, descriptor: Descriptor): void {
    let over = false;
    const end = answerStream(job.name, descriptor, (traffic) => {
      over = true;
      this.#running.delete(task);
      this.#report({ report: 'ended', task, ...traffic });
    });
    if (!over) this.#running.set(task, end);
  }
}
