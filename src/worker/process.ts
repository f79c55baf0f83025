/**
 * The worker at work: orders come in on descriptor 0 and are done; when that is closed, the daemon has gone, and so does
 * the worker.
 */
import { asDescriptor } from '../os/mod.ts';
import { Channel } from './channel.ts';
import { readOrders } from './protocol.ts';
import { Tasks } from './tasks.ts';

/** Between attempts to send what the daemon has not taken. */
const retryMilliseconds = 5;

export function work(): void {
  const channel = new Channel(asDescriptor(0), {
    onMessage(message, descriptors) {
      const orders = readOrders(message);
      if (orders === undefined || !tasks.obey(orders, descriptors)) throw new Error('an order that nobody can obey');
    },
    onClosed: () => process.exit(0),
    later: (job) => void setTimeout(job, retryMilliseconds),
  });
  const tasks = new Tasks((report) => channel.send(report));
  process.on('uncaughtException', (error) => {
    channel.send({ report: 'failed', text: error.stack ?? error.message });
    setImmediate(() => process.exit(1));
  });
  channel.send({ report: 'ready' });
}
