/**
 * `kinetd status --watch`: the screen is drawn anew each second, and when a key is pressed or its size changes. Whatever
 * ends it, the terminal is left as it was.
 */
import type { StatusReport } from '../../control/mod.ts';
import { wantsColour } from '../report.ts';
import { refusedStatus } from './asking.ts';
import { History, type SortKey, sortKeys, statusScreen } from './screen.ts';

const everyMilliseconds = 1000;
/** The alternate screen without a cursor, and back. */
const enter = '\x1b[?1049h\x1b[?25l';
const leave = '\x1b[?25h\x1b[?1049l';

/** @throws what `look` throws, when the daemon has ended */
export async function watchStatus(look: () => Promise<StatusReport>): Promise<number> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) {
    process.stderr.write('kinetd: --watch needs a terminal (--json is for programs)\n');
    return refusedStatus;
  }
  const history = new History();
  const colour = wantsColour(stdout);
  let sort: SortKey = 'name';
  let report = await look();
  history.add(report);
  const draw = (): void => {
    const lines = statusScreen(report, history, { width: stdout.columns, height: stdout.rows, sort, colour });
    stdout.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`);
  };
  let timer: NodeJS.Timeout | undefined;
  try {
    stdout.write(enter);
    stdin.setRawMode(true);
    stdin.resume();
    stdout.on('resize', draw);
    draw();
    await new Promise<void>((resolve, reject) => {
      stdin.on('data', (keys) => {
        for (const key of String(keys)) {
          if (key === 'q' || key === '\x03' || key === '\x04') resolve();
          const chosen = sortKeys.find((name) => name.startsWith(key));
          if (chosen !== undefined) sort = chosen;
        }
        draw();
      });
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
      const next = async (): Promise<void> => {
        report = await look();
        history.add(report);
        draw();
        timer = setTimeout(() => void next().catch(reject), everyMilliseconds);
      };
      timer = setTimeout(() => void next().catch(reject), everyMilliseconds);
    });
  } finally {
    clearTimeout(timer);
    stdout.off('resize', draw);
    stdin.setRawMode(false);
    stdin.pause();
    stdout.write(leave);
  }
  return 0;
}
