/**
 * Where a service's next launch is made: on the thread of the event loop, which is quickest for a client that comes
 * alone, or on another, so that nobody else waits for its program.
 *
 * While a launch on the loop's thread lasts nothing else happens: no other client is accepted, no signal obeyed. So that
 * thread is for a program whose last launch was quick and has only just been. One that has not been executed for a while
 * may have gone to a slow disk or a server that is down, and no call tells beforehand. What remains is a program that
 * becomes slow within `freshMilliseconds` of a quick launch: it holds the daemon up once, for as long as that one takes.
 */

/** A launch takes a few hundred microseconds, on a busy machine a few milliseconds. */
const quickMilliseconds = 5;
const freshMilliseconds = 1000;

export class LaunchPlace {
  #quickUntil = -Infinity;

  /**
   * A launch of this service has started a server.
   * @param from when it was asked for, in milliseconds of a clock that is never set; so is `to`, when that was known
   */
  launched(from: number, to: number): void {
    this.#quickUntil = to - from <= quickMilliseconds ? to + freshMilliseconds : -Infinity;
  }

  /** Whether the loop's thread may make the next launch. */
  isQuick(now: number): boolean {
    return now <= this.#quickUntil;
  }
}
