/** `kinetd status`: the services of a running daemon, as a table, as JSON, or on a screen that goes on (watch.ts). */

import type { StatusReport } from '../../control/mod.ts';
import { checked, statusReport } from '../../control/reply.ts';
import { aligned } from '../columns.ts';
import { spanText } from '../time-span.ts';
import { asking, say, sayJson } from './asking.ts';
import { heading, refusedText, runningText } from './status-text.ts';
import { watchStatus } from './watch.ts';

export interface StatusOptions {
  readonly control: string | undefined;
  readonly json: boolean;
  readonly watch: boolean;
}

export function showStatus({ control, json, watch }: StatusOptions): Promise<number> {
  return asking(control, async (client) => {
    const look = async (): Promise<StatusReport> => checked(statusReport, await client.ask({ command: 'status' }));
    if (watch) return await watchStatus(look);
    const report = await look();
    if (json) sayJson(report);
    else for (const line of statusLines(report)) say(line);
    return 0;
  });
}

function statusLines(report: StatusReport): string[] {
  const rows = report.services.map((service) => [
    service.id,
    service.state,
    runningText(service),
    String(service.accepted),
    String(service.started),
    refusedText(service),
    service.sockets.join(', ') || '-',
  ]);
  const errors = report.services.flatMap(({ id, lastError }) =>
    lastError === null ? [] : `${id}: ${spanText((report.now - lastError.time) / 1000)} ago: ${lastError.message}`,
  );
  return [
    heading(report),
    '',
    ...aligned([['SERVICE', 'STATE', 'RUNNING', 'ACCEPTED', 'STARTED', 'REFUSED', 'SOCKETS'], ...rows]),
    ...(errors.length === 0 ? [] : ['', 'Last errors:', ...errors.map((line) => `  ${line}`)]),
  ];
}
