/** What `kinetd examples` prints when its services are open. Pure text. */
import { aligned } from '../columns.ts';
import type { Prepared } from './prepare.ts';

/**
 * A line for each service that runs; below, one for each that does not, with the reason and what it would take.
 * @param listening whether the daemon has the port; otherwise another program has it
 * @param command what was typed to start the examples
 */
export function examplesTable(
  prepared: Pick<Prepared, 'on' | 'off'>,
  state: string,
  listening: (protocol: 'tcp' | 'udp', port: number) => boolean,
  command: string,
): string {
  const open = prepared.on.filter(({ example, port }) => listening(example.protocol, port));
  const rows = [
    ['SERVICE', '', 'ADDRESS', 'TO TRY IT, TYPE'],
    ...open.map(({ example, port }) => [
      example.name,
      example.protocol,
      `127.0.0.1:${port}`,
      example.tryIt({ port, state }),
    ]),
  ];
  const waiting = prepared.on.filter((one) => !open.includes(one));
  const lines = [
    ...aligned(rows),
    ...waiting.map(
      ({ example: { name, protocol }, port }) =>
        `${name} waits: another program has ${protocol} port ${port} (end it, or: ${command} --port ${name}=NUMBER)`,
    ),
    ...prepared.off.map(({ example, reason, remedy }) => `${example.name} is off: ${reason} (${remedy})`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
