/**
 * The commands that read a configuration: run, check, explain, examples. What they do is loaded when it is wanted, so that no
 * command pays for another.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';

import { type Predecessor, predecessors } from '../../check/mod.ts';
import type { InetdDialect } from '../../config/mod.ts';
import type { InetdOptions } from '../configuration.ts';
import { examplePort } from '../examples/port.ts';
import { colourOption, dialectOption, fileOption } from '../file-options.ts';
import type { ColourWish } from '../report.ts';
import type { Finish } from './command.ts';
import { addExplain } from './explain.ts';
import { graceOption } from './grace.ts';
import { numberOf } from './number.ts';

interface RunFlags {
  readonly file: readonly string[];
  readonly debug?: boolean;
  readonly stayAlive?: boolean;
  readonly pidFile?: string;
  readonly dumpFile?: string;
  readonly limit?: number;
  readonly grace: number;
  readonly endDropped?: boolean;
  readonly dialect?: InetdDialect;
  readonly logFormat?: 'json';
  readonly control?: string;
  readonly controlGroup?: string;
}

interface ExamplesFlags {
  readonly port: ReadonlyMap<string, number>;
}

interface CheckFlags {
  readonly file: readonly string[];
  readonly json?: boolean;
  readonly as?: Predecessor;
  readonly color: ColourWish;
  readonly dialect?: InetdDialect;
}

/** An inetd.conf under `kinetd run` is served as its own inetd serves it without options. */
function inetdOptions({ dialect }: { readonly dialect?: InetdDialect }): InetdOptions {
  return dialect === undefined ? {} : { dialect };
}

export function addConfigurationCommands(program: Command, finish: Finish): void {
  program
    .command('run')
    .description('serve in the foreground; Ctrl-C stops, SIGHUP reads the configuration again')
    .addOption(fileOption())
    .addOption(dialectOption())
    .option('--pid-file <file>', 'write the process id there')
    .option('--dump-file <file>', 'where SIGUSR1 writes the state dump')
    .option('--limit <n>', 'servers of all services together, at most', numberOf(1))
    .addOption(graceOption())
    .option('--end-dropped', 'end the servers of a service that a reload drops, as xinetd does')
    .option('--stay-alive', 'go on without a single service')
    .option(
      '--control <path>',
      'the control socket, for kinetd status and its like; none: there is none (default: /run/kinetd/control.sock, or kinetd.sock in XDG_RUNTIME_DIR)',
    )
    .option('--control-group <name>', 'a group whose members may control it too')
    .addOption(new Option('--log-format <format>', 'what stderr gets instead of text for people').choices(['json']))
    .option('--debug', 'show notes and debug messages too')
    .addHelpText(
      'after',
      '\nExamples:\n  kinetd run                              the first of /etc/kinetd.conf, /etc/xinetd.conf, /etc/inetd.conf\n  kinetd run -f /etc/xinetd.d -f my.conf  a directory and a file together\n\nExit status: 0 after it was told to stop; 1 when it cannot serve; 2 when the command line is wrong.\n',
    )
    .action(async (flags: RunFlags) => {
      const { runForeground } = await import('../run.ts');
      finish(
        await runForeground({
          paths: flags.file,
          debug: flags.debug ?? false,
          stayAlive: flags.stayAlive ?? false,
          pidFile: flags.pidFile,
          dumpFile: flags.dumpFile,
          processLimit: flags.limit,
          graceSeconds: flags.grace,
          endDropped: flags.endDropped ?? false,
          inetd: inetdOptions(flags),
          logFormat: flags.logFormat,
          control: flags.control ?? 'default',
          controlGroup: flags.controlGroup,
        }),
      );
    });
  program
    .command('check')
    .description('read the configuration, look at the machine, say what is wrong, run nothing')
    .addOption(fileOption())
    .addOption(dialectOption())
    .addOption(new Option('--as <daemon>', 'say too what this old daemon would make of it').choices(predecessors))
    .option('--json', 'print diagnostics and services as JSON')
    .addOption(colourOption())
    .addHelpText(
      'after',
      '\nThe machine is looked at as whom you are: run it as the user that the daemon will have.\nExit status: 0 without errors, 1 with errors.\n\nExamples:\n  kinetd check -f /etc/xinetd.conf\n  kinetd check -f /etc/xinetd.d --json\n  kinetd check -f /etc/xinetd.conf --as xinetd\n',
    )
    .action(async (flags: CheckFlags) => {
      const { check } = await import('../check.ts');
      finish(
        await check({
          paths: flags.file,
          json: flags.json ?? false,
          inetd: inetdOptions(flags),
          as: flags.as,
          color: flags.color,
        }),
      );
    });
  addExplain(program, finish);
  program
    .command('examples')
    .description('serve the examples on this machine, on unprivileged ports of 127.0.0.1')
    .addOption(portOption())
    .addHelpText(
      'after',
      '\nExit status: 0 after Ctrl-C; 1 when none can be served; 2 when the command line is wrong.\n\nExample:\n  kinetd examples --port http-echo=8080\n',
    )
    .action(async (flags: ExamplesFlags) => {
      const { runExamples } = await import('../examples/mod.ts');
      finish(await runExamples({ ports: flags.port }));
    });
}

function portOption(): Option {
  return new Option('--port <name=port>', 'another port for one of them; repeatable')
    .default(new Map<string, number>(), 'their own')
    .argParser((text: string, before: ReadonlyMap<string, number>) => {
      const port = examplePort(text);
      if (port === undefined) throw new InvalidArgumentError('an example and a port are needed, as in http-echo=8080');
      return new Map([...before, port]);
    });
}
