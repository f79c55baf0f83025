/** `kinetd tail`: what happens to clients and servers of a running daemon, and what it says, until Ctrl-C. */
import type { ControlRequest, EventFilter, EventReport } from '../../control/mod.ts';
import { jsonLine } from '../../log/mod.ts';
import { asking, refusedStatus, say } from './asking.ts';

export function tail(control: string | undefined, filter: EventFilter, json: boolean): Promise<number> {
  const show = ({ time, line, object }: EventReport): void => {
    if (json) process.stdout.write(`${jsonLine(object)}\n`);
    else say(`${timeOf(time)} ${line}`);
  };
  const request: ControlRequest = { command: 'tail', ...filter };
  return asking(
    control,
    async (client) => {
      await client.ask(request);
      let ending = false;
      const end = (): void => {
        ending = true;
        client.close();
      };
      process.once('SIGINT', end);
      process.once('SIGTERM', end);
      process.stdout.once('error', end); // whoever read it has seen enough
      await client.ended;
      if (ending) return 0;
      process.stderr.write('kinetd: the daemon has ended\n');
      return refusedStatus;
    },
    show,
  );
}

/** Of the day, by the clock on the wall. */
function timeOf(milliseconds: number): string {
  const time = new Date(milliseconds);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}
