/** What a server finds when it starts, as the program of probe.c tells it. */
import { compiled } from './compile.ts';

/** The path of the probe. */
export function probe(): string {
  return compiled('probe');
}

/** The findings by name; the environment apart. */
export interface Findings {
  readonly environment: Readonly<Record<string, string>>;
  /** Names of the environment in their order. */
  readonly order: readonly string[];
  readonly pid: number;
  /** Everything else: `umask`, `limit.nofile`, `descriptor.0`, `status.Groups`, `argv.1` … */
  readonly facts: Readonly<Record<string, string>>;
}

/** @throws Error when the text does not come from the probe */
export function findings(text: string): Findings {
  const environment: Record<string, string> = {};
  const order: string[] = [];
  const facts: Record<string, string> = {};
  for (const line of text.split('\n').slice(0, -1)) {
    const space = line.indexOf(' ');
    const [name, value] = [line.slice(0, space), line.slice(space + 1)];
    const equals = value.indexOf('=');
    if (name !== 'environment') facts[name] = value.trim();
    else if (equals > 0) {
      environment[value.slice(0, equals)] = value.slice(equals + 1);
      order.push(value.slice(0, equals));
    }
  }
  const pid = Number(facts['pid']);
  if (!(pid > 0)) throw new Error(`the probe has said nothing of use: ${JSON.stringify(text)}`);
  delete facts['pid'];
  return { environment, order, pid, facts };
}

/** What kinetd says to a TCP server about its connection; Debian's programs say nothing, xinetd REMOTE_HOST alone. */
export const connectionVariables: readonly string[] = [
  'PROTO',
  'REMOTE_HOST',
  'REMOTE_ADDR',
  'REMOTE_PORT',
  'LOCAL_HOST',
  'LOCAL_PORT',
  'TCPREMOTEIP',
  'TCPREMOTEPORT',
  'TCPLOCALIP',
  'TCPLOCALPORT',
];

export function without(
  environment: Readonly<Record<string, string>>,
  names: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !names.includes(name)));
}
