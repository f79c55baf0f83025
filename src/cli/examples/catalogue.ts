/**
 * The services of examples/, as `kinetd examples` shows them. What they do stands in examples/ itself: the
 * configuration of each, complete but for the words between @ signs, and its program.
 */

/** What a service needs from the machine besides kinetd. */
export type Need = 'python3' | 'sqlite3' | 'php';

export interface Example {
  readonly name: string;
  /** Its configuration below examples/; the services of inetd.conf share one file. */
  readonly template: string;
  readonly protocol: 'tcp' | 'udp';
  /** As the template has it. All listen on 127.0.0.1. */
  readonly port: number;
  readonly need: Need;
  /** What a person types to try it. */
  readonly tryIt: (place: Place) => string;
}

export interface Place {
  readonly port: number;
  /** The folder that the services may write to. */
  readonly state: string;
}

export const catalogue: readonly Example[] = [
  {
    name: 'http-echo',
    template: 'xinetd.d/http-echo',
    protocol: 'tcp',
    port: 9991,
    need: 'python3',
    tryIt: ({ port }) => `curl http://127.0.0.1:${port}/`,
  },
  {
    name: 'health',
    template: 'xinetd.d/health',
    protocol: 'tcp',
    port: 60321,
    need: 'php',
    tryIt: ({ port }) => `curl -i http://127.0.0.1:${port}/`,
  },
  {
    name: 'hello',
    template: 'xinetd.d/hello',
    protocol: 'tcp',
    port: 60322,
    need: 'php',
    tryIt: ({ port }) => `telnet 127.0.0.1 ${port}`,
  },
  {
    name: 'hello-name',
    template: 'xinetd.d/hello-name',
    protocol: 'tcp',
    port: 60323,
    need: 'php',
    tryIt: ({ port }) => `telnet 127.0.0.1 ${port}    (then type your name)`,
  },
  {
    name: 'lower',
    template: 'inetd.conf',
    protocol: 'tcp',
    port: 21000,
    need: 'python3',
    tryIt: ({ port }) => `echo 'Mixed CASE' | nc -w1 127.0.0.1 ${port}`,
  },
  {
    name: 'prices',
    template: 'inetd.conf',
    protocol: 'udp',
    port: 27000,
    need: 'sqlite3',
    tryIt: ({ port, state }) =>
      `echo 2026-11-20,KIN,12.5 | nc -u -w1 127.0.0.1 ${port}; sqlite3 ${state}/prices.db 'select * from prices'`,
  },
  {
    name: 'upper',
    template: 'inetd.conf',
    protocol: 'udp',
    port: 28000,
    need: 'python3',
    tryIt: ({ port }) => `echo 'Mixed case' | nc -u -w1 127.0.0.1 ${port}`,
  },
];
