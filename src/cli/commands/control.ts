/**
 * The commands that ask or tell a running daemon, as a table: words, options, help. What they do is in cli/control/ and
 * is loaded when it is wanted, so that a daemon that starts does not pay for it.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { KillSignal, LogLevel } from '../../control/mod.ts';
import { eventNames, killSignals, logLevels } from '../../control/words.ts';
import { wholeNumber } from '../options.ts';
import { spanSeconds } from '../time-span.ts';
import type { Finish } from './command.ts';

interface Asked {
  readonly control?: string;
}

interface AskedJson extends Asked {
  readonly json?: boolean;
}

interface TailFlags extends AskedJson {
  readonly service?: string;
  readonly address?: string;
  readonly event: readonly TailEvent[];
  readonly level?: LogLevel;
}

/** What can be asked for: events of services, and messages of the daemon. */
const tailEvents = [...eventNames, 'message'] as const;
type TailEvent = (typeof tailEvents)[number];

const statuses = '\nExit status: 0 done, 1 the daemon has refused or could not, 2 wrong usage, 3 no daemon answers.\n';

export function addControlCommands(program: Command, finish: Finish): void {
  add(program, 'status', 'services of the running daemon: state, servers, clients, last errors', 'kinetd status')
    .addOption(jsonOption())
    .option('--watch', 'a screen that is drawn anew each second; keys n, r, a, f sort it, q ends it')
    .action(async ({ control, json, watch }: AskedJson & { readonly watch?: boolean }) => {
      const { showStatus } = await import('../control/status.ts');
      finish(await showStatus({ control, json: json ?? false, watch: watch ?? false }));
    });
  add(program, 'ps', 'servers that run: pid, service, peer, age, processor time, memory', 'kinetd ps --json')
    .addOption(jsonOption())
    .action(async ({ control, json }: AskedJson) => {
      const { listServers } = await import('../control/ps.ts');
      finish(await listServers(control, json ?? false));
    });
  add(program, 'reload', 'read the configuration again, wait for it, and say what has changed', 'kinetd reload')
    .addOption(jsonOption())
    .action(async ({ control, json }: AskedJson) => {
      const { reloadDaemon } = await import('../control/orders.ts');
      finish(await reloadDaemon(control, json ?? false));
    });
  add(program, 'stop', 'stop the daemon and its servers, and wait until they have gone', 'kinetd stop').action(
    async ({ control }: Asked) => {
      const { stopDaemon } = await import('../control/orders.ts');
      finish(await stopDaemon(control));
    },
  );
  add(
    program,
    'kill',
    'send a signal to a server, with all processes of its group',
    'kinetd kill 4711 --signal SIGKILL',
  )
    .argument('<pid>', 'one of kinetd ps', pidOf)
    .addOption(new Option('--signal <name>', 'the signal').choices(killSignals).default('SIGTERM'))
    .action(async (pid: number, { control, signal }: Asked & { readonly signal: KillSignal }) => {
      const { order } = await import('../control/orders.ts');
      finish(await order(control, { command: 'kill', pid, signal }));
    });
  for (const command of ['pause', 'resume'] as const) {
    const about =
      command === 'pause'
        ? 'serve no new clients of a service: they wait in the queue of its socket; servers that run go on. Holds over a reload, not over a restart'
        : 'serve the clients of a paused service again, those first who wait';
    add(program, command, about, `kinetd ${command} ftp`)
      .argument('<service>', 'its id')
      .action(async (service: string, { control }: Asked) => {
        const { order } = await import('../control/orders.ts');
        finish(await order(control, { command, service }));
      });
  }
  add(
    program,
    'ban',
    'refuse the clients of an address or a prefix, in every service. Holds over a reload, not over a restart',
    'kinetd ban 192.0.2.0/24 --for 2h',
  )
    .argument('<address>', 'or a prefix, as in 192.0.2.0/24')
    .option('--for <time>', 'how long: 90, 15m, 2h, 1d; without it until unban', secondsOf)
    .action(async (block: string, flags: Asked & { readonly for?: number }) => {
      const { order } = await import('../control/orders.ts');
      finish(await order(flags.control, { command: 'ban', block, seconds: flags.for }));
    });
  add(program, 'unban', 'take a ban back', 'kinetd unban 192.0.2.0/24')
    .argument('<address>', 'or the prefix, as it was banned')
    .action(async (block: string, { control }: Asked) => {
      const { order } = await import('../control/orders.ts');
      finish(await order(control, { command: 'unban', block }));
    });
  add(program, 'bans', 'what is banned, and for how long still', 'kinetd bans')
    .addOption(jsonOption())
    .action(async ({ control, json }: AskedJson) => {
      const { listBans } = await import('../control/orders.ts');
      finish(await listBans(control, json ?? false));
    });
  add(
    program,
    'tail',
    'what happens to clients and servers, and what the daemon says, as it happens; Ctrl-C ends it',
    'kinetd tail --service ftp --event fail',
  )
    .option('--service <id>', 'of this service alone')
    .option('--address <address>', 'of clients with this address alone')
    .addOption(
      new Option('--event <name>', 'of this kind alone; repeatable')
        .choices(tailEvents)
        .default([], 'all')
        .argParser(eventOf),
    )
    .addOption(
      new Option('--level <name>', "the least important of the daemon's own messages that are shown").argParser(
        levelOf,
      ),
    )
    .option('--json', 'print each event as a line of JSON, with the keys of a log in JSON')
    .action(async ({ control, json, service, address, event, level }: TailFlags) => {
      const { tail } = await import('../control/tail.ts');
      const events = event.length === 0 ? undefined : event.filter((name) => name !== 'message');
      // They are of no service and no client.
      const meant = event.length === 0 ? service === undefined && address === undefined : event.includes('message');
      const messages = level ?? (meant ? 'INFO' : undefined);
      finish(await tail(control, { service, address, events, messages }, json ?? false));
    });
  add(program, 'loglevel', "how much the daemon's own log says: prints it, or sets it", 'kinetd loglevel DEBUG')
    .argument('[level]', 'the least important level that is logged', levelOf)
    .action(async (level: LogLevel | undefined, { control }: Asked) => {
      const { order } = await import('../control/orders.ts');
      finish(await order(control, { command: 'loglevel', level }));
    });
}

function add(program: Command, name: string, about: string, example: string): Command {
  return program
    .command(name)
    .description(about)
    .option('--control <path>', "the daemon's control socket, when it is not at the usual place")
    .addHelpText('after', `${statuses}\nExample:\n  ${example}\n`);
}

function jsonOption(): Option {
  return new Option('--json', 'print JSON');
}

function pidOf(text: string): number {
  const pid = wholeNumber(text, 2);
  if (pid === undefined) throw new InvalidArgumentError('a process id is needed');
  return pid;
}

function secondsOf(text: string): number {
  const seconds = spanSeconds(text);
  if (seconds === undefined) throw new InvalidArgumentError('a time is needed, such as 90, 15m, 2h or 1d');
  return seconds;
}

function eventOf(text: string, before: readonly TailEvent[]): readonly TailEvent[] {
  const event = tailEvents.find((name) => name === text);
  if (event === undefined) throw new InvalidArgumentError(`Allowed choices are ${tailEvents.join(', ')}.`);
  return [...before, event];
}

function levelOf(text: string): LogLevel {
  const level = logLevels.find((name) => name === text.toUpperCase());
  if (level === undefined) throw new InvalidArgumentError(`Allowed choices are ${logLevels.join(', ')}.`);
  return level;
}
