/** `kinetd tail`: what happens to clients and servers of a running daemon, as it happens, until Ctrl-C. */
import type { ControlRequest, EventFilter } from '../../control/mod.ts';
import { asking, refusedStatus, say } from './asking.ts';

export function tail(control: string | undefined, filter: EventFilter, json: boolean): Promise<number> {
  const show = (event: object): void => {
    if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
    else if ('time' in event && 'line' in event) say(`${timeOf(Number(event.time))} ${String(event.line)}`);
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
