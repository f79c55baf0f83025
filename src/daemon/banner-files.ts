/**
 * The files of banners, for all services: read when a client is to get one, at most once a second, so that a changed
 * file shows as soon as under xinetd, which opens it for each client. What is kept is bounded by the configuration: so
 * many bytes for each file that it names.
 */
import type { Clock, DaemonLog } from '../log/mod.ts';
import { FileError, readBeginning } from '../os/mod.ts';

/** Of a file; what is beyond is not sent, and the check of the configuration says so. */
export const largestBanner: number = 64 * 1024;

const freshMilliseconds = 1000;
/** A file that cannot be read is told once in this time. */
const repeatedTroubleMilliseconds = 60_000;

interface KnownFile {
  readonly bytes: Uint8Array | undefined;
  readonly readAt: number;
  /** When it was last told that it cannot be read. */
  readonly toldAt: number | undefined;
}

export class BannerFiles {
  readonly #clock: Clock;
  readonly #log: DaemonLog;
  readonly #known = new Map<string, KnownFile>();

  constructor(clock: Clock, log: DaemonLog) {
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * @param id of the service, for messages
   * @returns undefined when it cannot be read: that costs nobody the service
   */
  bytesOf(path: string, id: string): Uint8Array | undefined {
    const time = this.#clock();
    const known = this.#known.get(path);
    if (known !== undefined && isWithin(freshMilliseconds, known.readAt, time)) return known.bytes;
    try {
      const bytes = readBeginning(path, largestBanner);
      this.#known.set(path, { bytes, readAt: time, toldAt: undefined });
      return bytes;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const said = known?.toldAt;
      const toldAt = said !== undefined && isWithin(repeatedTroubleMilliseconds, said, time) ? said : time;
      if (toldAt !== said) this.#log.write('ERROR', `service = ${id}, open of banner ${path} failed: ${error.message}`);
      this.#known.set(path, { bytes: undefined, readAt: time, toldAt });
      return undefined;
    }
  }

  /** Files are read anew: a reload, after which others may be named. */
  forget(): void {
    this.#known.clear();
  }
}

/** A clock that was set back ends every time that runs. */
function isWithin(milliseconds: number, since: number, now: number): boolean {
  return now >= since && now - since < milliseconds;
}
