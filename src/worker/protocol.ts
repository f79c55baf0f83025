/**
 * What the daemon and the worker say to each other: orders one way, reports the other. A message is a JSON list of
 * them, so that what happens together costs one message; descriptors travel beside it, one for each `serve`, in order.
 *
 * Both sides check what they read before anything else sees it: {@link readOrders} and {@link readReports} give nothing
 * for a message that is not exactly what stands here. The daemon takes a report for a claim of a process that may have
 * been taken over by one of its clients: it can end tasks of the worker's own and say numbers about them, no more.
 */
import { type BuiltinName, builtinNames } from '../model/mod.ts';

/** Names a task from its order to its end; the daemon counts them from 1. */
export type TaskId = number;

/** What is to be done with a descriptor. */
export type Job =
  /** A connection: answer it as the internal service of that name. */
  { readonly kind: 'stream'; readonly name: BuiltinName };

/** From the daemon. */
export type Order =
  | { readonly order: 'serve'; readonly task: TaskId; readonly job: Job }
  /** Close what the task has, and report its end. */
  | { readonly order: 'end'; readonly task: TaskId };

/** From the worker. */
export type Report =
  /** It is loaded; sent once. */
  | { readonly report: 'ready' }
  /** The task's descriptor is closed. Bytes from and to the client. */
  | { readonly report: 'ended'; readonly task: TaskId; readonly received: number; readonly sent: number }
  /** The worker is about to end because of a mistake of its own. */
  | { readonly report: 'failed'; readonly text: string };

/** No message is longer, in bytes. */
export const longestMessage = 65_536;
/** No message holds more orders or reports. */
export const mostTogether = 64;

const longestText = 4096;

export function readOrders(message: Uint8Array): readonly Order[] | undefined {
  return readList(message, readOrder);
}

export function readReports(message: Uint8Array): readonly Report[] | undefined {
  return readList(message, readReport);
}

function readOrder({ order, task, job }: Fields): Order | undefined {
  if (!isTask(task)) return undefined;
  if (order === 'end') return { order, task };
  const read = order === 'serve' && isFields(job) ? readJob(job) : undefined;
  return read === undefined ? undefined : { order: 'serve', task, job: read };
}

function readJob({ kind, name }: Fields): Job | undefined {
  const builtin = builtinNames.find((known) => known === name);
  return kind === 'stream' && builtin !== undefined ? { kind, name: builtin } : undefined;
}

function readReport({ report, task, received, sent, text }: Fields): Report | undefined {
  switch (report) {
    case 'ready':
      return { report };
    case 'ended':
      return isTask(task) && isCount(received) && isCount(sent) ? { report, task, received, sent } : undefined;
    case 'failed':
      return typeof text === 'string' ? { report, text: text.slice(0, longestText) } : undefined;
    default:
      return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTask(value: unknown): value is TaskId {
  return isCount(value) && value > 0;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function readList<Item>(message: Uint8Array, read: (fields: Fields) => Item | undefined): readonly Item[] | undefined {
  const values = parse(message);
  if (!Array.isArray(values) || values.length > mostTogether) return undefined;
  const items: Item[] = [];
  for (const value of values) {
    const item = isFields(value) ? read(value) : undefined;
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}

function parse(message: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(message.buffer, message.byteOffset, message.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}
