/**
 * What the daemon and the worker say to each other: orders one way, reports the other. A message is a JSON list of
 * them, so that what happens together costs one message; descriptors travel beside it, one for each `serve`, in order.
 *
 * Both sides check what they read before anything else sees it: {@link readOrders} and {@link readReports} give nothing
 * for a message that is not exactly what stands here. The daemon takes a report for a claim of a process that may have
 * been taken over by one of its clients: it can end tasks of the worker's own, ask for them, and say numbers about them.
 */
import { parseIp } from '../address/mod.ts';
import {
  type AuthAnswers,
  type BuiltinName,
  builtinNames,
  type IdentAnswer,
  identFailures,
  type Peer,
  type RedirectTarget,
} from '../model/mod.ts';

/** Names a task from its order to its end; the daemon counts them from 1. */
export type TaskId = number;

/** A connection: answer it as the internal service of that name. */
export interface StreamJob {
  readonly kind: 'stream';
  readonly name: BuiltinName;
}

/**
 * A bound socket for a while: answer the datagrams of this sender, and of those that the daemon allows when asked. The
 * daemon reads and watches nothing on the socket until the task has ended.
 */
export interface DatagramJob {
  readonly kind: 'datagrams';
  readonly name: BuiltinName;
  /** The address of the first one allowed. */
  readonly sender: string;
  readonly milliseconds: number;
  /** True: a sender is allowed one datagram, and asked about for the next. */
  readonly each: boolean;
}

/** A connection: send this, and that is all. */
export interface TextJob {
  readonly kind: 'text';
  readonly text: string;
}

/** A connection: hear which service it wants (RFC 1078), and do as the daemon says then. */
export interface TcpmuxJob {
  readonly kind: 'tcpmux';
  /** How long the client has for its line. */
  readonly milliseconds: number;
}

/** A connection: hear whether it wants the metrics (HTTP), and send what the daemon says then. */
export interface ScrapeJob {
  readonly kind: 'scrape';
  /** From the connection to the end of the answer. */
  readonly milliseconds: number;
}

/** A connection: answer as an ident server does. */
export interface AuthJob {
  readonly kind: 'auth';
  readonly answers: AuthAnswers;
  readonly client: Peer;
  readonly local: { readonly address: string; readonly port: number };
}

/** A connection: ask the ident server of the client's machine whose it is, and hold it until then. */
export interface IdentJob {
  readonly kind: 'ident';
  readonly client: Peer;
  readonly local: { readonly address: string; readonly port: number };
  readonly milliseconds: number;
}

/** What is to be done with a descriptor. */
export type Job = StreamJob | DatagramJob | TextJob | TcpmuxJob | ScrapeJob | AuthJob | RedirectJob | IdentJob;

/** A connection: pass it on. */
export interface RedirectJob {
  readonly kind: 'redirect';
  readonly target: RedirectTarget;
}

/** Why the target of a redirect could not be reached. */
export type RelayFailure =
  /** The errno of connect(2), for the address that was tried last, or the name when there was none. */
  | { readonly at: 'connect'; readonly address: string; readonly errno: number }
  /** Its name was not found: Node's word for the answer of getaddrinfo(3). */
  | { readonly at: 'lookup'; readonly code: string };

/** From the daemon. */
export type Order =
  | { readonly order: 'serve'; readonly task: TaskId; readonly job: Job }
  /** Whether the sender that the worker has asked about may be answered. */
  | { readonly order: 'verdict'; readonly task: TaskId; readonly allowed: boolean }
  /**
   * What a client of tcpmux gets: all of it, or (`goesOn`) before the daemon gives the connection to somebody else. A part
   * of what a scraper gets: the last one, or not (`goesOn`).
   */
  | { readonly order: 'reply'; readonly task: TaskId; readonly text: string; readonly goesOn: boolean }
  /** Close what the task has, and report its end. */
  | { readonly order: 'end'; readonly task: TaskId };

/** From the worker. */
export type Report =
  /** It is loaded; sent once. */
  | { readonly report: 'ready' }
  /** A datagram of somebody else is there; nothing more is answered until there is a verdict. */
  | { readonly report: 'asks'; readonly task: TaskId; readonly sender: Peer }
  /**
   * A client of tcpmux has named a service, in any case, or a scraper wants the `metrics`; nothing happens until there is
   * a reply.
   */
  | { readonly report: 'wants'; readonly task: TaskId; readonly name: string }
  /** The task's descriptor is closed. Bytes from and to the client. */
  | {
      readonly report: 'ended';
      readonly task: TaskId;
      readonly received: number;
      readonly sent: number;
      readonly failure?: RelayFailure;
      readonly answer?: IdentAnswer;
    }
  /** The worker is about to end because of a mistake of its own. */
  | { readonly report: 'failed'; readonly text: string };

/** No message is longer, in bytes. */
export const longestMessage = 65_536;
/** No message holds more orders or reports. */
export const mostTogether = 64;

/** Of what a client is sent, in characters, which are ASCII. */
export const longestText = 16_384;
/** Of a name that a client may send to tcpmux, in characters. */
export const longestName = 255;

/** Of what an ident server says about a user, in characters, one for each byte. */
export const longestUser = 1024;

const longestComplaint = 4096;
const highestPort = 65_535;
/** Of a name in the DNS. */
const longestHost = 255;

/** Lines with their ends as a text that fits a message: what is too much is left out, line by line. */
export function textOf(lines: readonly string[]): string {
  let text = '';
  for (const line of lines) {
    if (text.length + line.length > longestText) break;
    text += line.replace(/[^\r\n -~]/g, '?');
  }
  return text;
}

export function readOrders(message: Uint8Array): readonly Order[] | undefined {
  return readList(message, readOrder);
}

export function readReports(message: Uint8Array): readonly Report[] | undefined {
  return readList(message, readReport);
}

function readOrder({ order, task, job, allowed, text, goesOn }: Fields): Order | undefined {
  if (!isTask(task)) return undefined;
  switch (order) {
    case 'end':
      return { order, task };
    case 'verdict':
      return typeof allowed === 'boolean' ? { order, task, allowed } : undefined;
    case 'reply':
      return isText(text) && typeof goesOn === 'boolean' ? { order, task, text, goesOn } : undefined;
    case 'serve': {
      const read = isFields(job) ? readJob(job) : undefined;
      return read === undefined ? undefined : { order, task, job: read };
    }
    default:
      return undefined;
  }
}

function readJob({
  kind,
  name,
  target,
  sender,
  client,
  local,
  milliseconds,
  each,
  text,
  answers,
}: Fields): Job | undefined {
  if (kind === 'auth') {
    const read = isFields(answers) ? readAnswers(answers) : undefined;
    return read !== undefined && isEnd(client) && isEnd(local) ? { kind, answers: read, client, local } : undefined;
  }
  if (kind === 'text') return isText(text) ? { kind, text } : undefined;
  if (kind === 'tcpmux' || kind === 'scrape') return isCount(milliseconds) ? { kind, milliseconds } : undefined;
  if (kind === 'redirect') {
    const read = isFields(target) ? readTarget(target) : undefined;
    return read === undefined ? undefined : { kind, target: read };
  }
  if (kind === 'ident') {
    const asked = isPeer(client) && isPeer(local) && isCount(milliseconds);
    return asked ? { kind, client, local, milliseconds } : undefined;
  }
  const builtin = builtinNames.find((known) => known === name);
  if (builtin === undefined) return undefined;
  if (kind === 'stream') return { kind, name: builtin };
  if (kind !== 'datagrams' || !isAddress(sender) || !isCount(milliseconds) || typeof each !== 'boolean')
    return undefined;
  return { kind, name: builtin, sender, milliseconds, each };
}

function readAnswers(fields: Fields): AuthAnswers | undefined {
  const { real, fallback, garble, numeric, fake, hide, system, milliseconds } = fields;
  if (typeof real !== 'boolean' || typeof garble !== 'boolean' || typeof numeric !== 'boolean') return undefined;
  if (typeof hide !== 'boolean' || (fake !== 'none' && fake !== 'nobody' && fake !== 'any')) return undefined;
  if (fallback !== undefined && !isName(fallback)) return undefined;
  if (!isName(system) || !isCount(milliseconds)) return undefined;
  return { real, fallback, garble, numeric, fake, hide, system, milliseconds };
}

function readTarget({ host, port, keepAlive }: Fields): RedirectTarget | undefined {
  if (typeof host !== 'string' || host.length > longestHost || !isCount(port) || port > highestPort) return undefined;
  return typeof keepAlive === 'boolean' ? { host, port, keepAlive } : undefined;
}

function readFailure(value: unknown): RelayFailure | undefined {
  if (!isFields(value)) return undefined;
  const { at, address, errno, code } = value;
  if (at === 'lookup') return typeof code === 'string' && /^\w{1,32}$/.test(code) ? { at, code } : undefined;
  if (at !== 'connect' || typeof address !== 'string' || !/^[\w.:%-]{1,255}$/.test(address)) return undefined;
  return isCount(errno) && errno < 4096 ? { at, address, errno } : undefined;
}

function readAnswer(value: unknown): IdentAnswer | undefined {
  if (!isFields(value)) return undefined;
  const { user, failure } = value;
  if (typeof user === 'string') return /^[\0-\u00ff]*$/.test(user) && user.length <= longestUser ? { user } : undefined;
  const known = identFailures.find((word) => word === failure);
  return known === undefined ? undefined : { failure: known };
}

function readReport({ report, task, received, sent, failure, answer, sender, name, text }: Fields): Report | undefined {
  switch (report) {
    case 'ready':
      return { report };
    case 'asks':
      return isTask(task) && isPeer(sender)
        ? { report, task, sender: { address: sender.address, port: sender.port } }
        : undefined;
    case 'wants':
      return isTask(task) && isName(name) ? { report, task, name } : undefined;
    case 'ended': {
      if (!isTask(task) || !isCount(received) || !isCount(sent)) return undefined;
      const end = { report, task, received, sent } as const;
      if (answer !== undefined) {
        const said = readAnswer(answer);
        return said === undefined ? undefined : { ...end, answer: said };
      }
      if (failure === undefined) return end;
      const read = readFailure(failure);
      return read === undefined ? undefined : { ...end, failure: read };
    }
    case 'failed':
      return typeof text === 'string' ? { report, text: text.slice(0, longestComplaint) } : undefined;
    default:
      return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPeer(value: unknown): value is Peer {
  if (!isFields(value)) return false;
  const { address, port } = value;
  return isAddress(address) && isCount(port) && port <= highestPort;
}

/** Also of a Unix socket, where it is a path or a user's number. */
function isEnd(value: unknown): value is { readonly address: string; readonly port: number } {
  return isFields(value) && typeof value['address'] === 'string' && isCount(value['port']);
}

/** As the kernel has it, with a scope where there is one; nothing else may get into a log line. */
function isAddress(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const [, address = '', scope = ''] = /^([\d.:a-f]{2,45})(%[\w.:@-]{1,32})?$/.exec(value) ?? [];
  return parseIp(address) !== undefined && (scope === '' || address.includes(':'));
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestText;
}

/** Printable ASCII: anything else is no name of a service. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestName && /^[!-~]+$/.test(value);
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
