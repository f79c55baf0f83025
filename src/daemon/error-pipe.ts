/**
 * The stderr of one server on its way to the service's log: a pipe whose lines are read here.
 *
 * What comes is the output of a program, and nothing is looked at but where its lines end. The program never waits for
 * long: what is more than a log should take in a second is read and counted, not kept, and one that floods the pipe is
 * read a few times a second. Processes that a server leaves behind may hold the pipe open; see error-output.ts.
 */
import { closeDescriptor, type Descriptor, openPipe, readPipe, type Watch, watchReadable } from '../os/mod.ts';

/** Of a line, in bytes; the rest of it is left out. */
export const longestLine = 1024;
/** Of one server; further ones are counted. */
export const mostLinesPerSecond = 100;
/** Read in one second; then the pipe rests until the next, and the program waits when it is full. */
const mostBytesPerSecond = 1024 * 1024;

const newline = 10;
/** One for all pipes: what is read is taken over at once. */
const buffer = new Uint8Array(16 * 1024);

export interface ErrorLines {
  line(pid: number, text: string): void;
  /** So many lines were left out since the last time. */
  lost(pid: number, lines: number): void;
}

export class ErrorPipe {
  readonly #read: Descriptor;
  readonly #lines: ErrorLines;
  readonly #watch: Watch;
  readonly #onEnd: (pipe: ErrorPipe) => void;
  #write: Descriptor | undefined;
  #pid = 0;
  /** The beginning of a line, at most {@link longestLine} bytes of it. */
  #pending: Buffer = Buffer.alloc(0);
  #linesNow = 0;
  #bytesNow = 0;
  #lostNow = 0;
  #second: NodeJS.Timeout | undefined;
  #closed = false;

  /** @throws SystemError when there are no descriptors */
  constructor(lines: ErrorLines, onEnd: (pipe: ErrorPipe) => void) {
    const { read, write } = openPipe();
    this.#lines = lines;
    this.#onEnd = onEnd;
    this.#read = read;
    this.#write = write;
    try {
      this.#watch = watchReadable(read, () => this.#take());
    } catch (error) {
      closeDescriptor(read);
      closeDescriptor(write);
      throw error;
    }
  }

  /** For the server's descriptor 2, until {@link begin}. */
  get descriptor(): Descriptor {
    if (this.#write === undefined) throw new Error('the server has been started');
    return this.#write;
  }

  /** It is over: nobody has the other end any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The server has been started. */
  begin(pid: number): void {
    this.#pid = pid;
    this.#closeWrite();
    this.#watch.start();
  }

  /** Reads what is there now, so that it stands before the EXIT line. */
  drain(): void {
    // A pipe holds so much; more than that has been written since.
    for (let left = 64 * 1024; left > 0 && !this.#closed; ) {
      const got = this.#take();
      if (got === 0) return;
      left -= got;
    }
  }

  /** Final, and may be repeated. Whoever still writes gets SIGPIPE. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#pending.length > 0) this.#tell(this.#pending);
    this.#tellLost();
    clearTimeout(this.#second);
    this.#watch.close();
    closeDescriptor(this.#read);
    this.#closeWrite();
    this.#onEnd(this);
  }

  /** @returns how many bytes came */
  #take(): number {
    const got = readPipe(this.#read, buffer);
    if (got === undefined) return 0;
    if (got === 0) {
      this.close();
      return 0;
    }
    this.#bytesNow += got;
    this.#second ??= setTimeout(() => this.#nextSecond(), 1000).unref();
    if (this.#bytesNow >= mostBytesPerSecond) this.#watch.stop();
    this.#split(buffer.subarray(0, got));
    return got;
  }

  #split(bytes: Uint8Array): void {
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      this.#keep(bytes.subarray(start, end));
      this.#tell(this.#pending);
      this.#pending = Buffer.alloc(0);
      start = end + 1;
    }
    this.#keep(bytes.subarray(start));
  }

  #keep(bytes: Uint8Array): void {
    const room = longestLine - this.#pending.length;
    if (bytes.length > 0 && room > 0) this.#pending = Buffer.concat([this.#pending, bytes.subarray(0, room)]);
  }

  #tell(line: Buffer): void {
    const text = line.toString('utf8').trimEnd();
    if (text === '') return;
    if (this.#linesNow < mostLinesPerSecond) this.#lines.line(this.#pid, text);
    else this.#lostNow++;
    this.#linesNow++;
  }

  #nextSecond(): void {
    this.#second = undefined;
    this.#tellLost();
    this.#linesNow = 0;
    if (this.#bytesNow >= mostBytesPerSecond) this.#watch.start();
    this.#bytesNow = 0;
  }

  #tellLost(): void {
    if (this.#lostNow > 0) this.#lines.lost(this.#pid, this.#lostNow);
    this.#lostNow = 0;
  }

  #closeWrite(): void {
    if (this.#write !== undefined) closeDescriptor(this.#write);
    this.#write = undefined;
  }
}
