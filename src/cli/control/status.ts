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
  const forkservers = report.services.flatMap(({ id, forkserver }) =>
    forkserver === null ? [] : `${id}: ${forkserverText(forkserver, report.now)}`,
  );
  return [
    heading(report),
    '',
    ...aligned([['SERVICE', 'STATE', 'RUNNING', 'ACCEPTED', 'STARTED', 'REFUSED', 'SOCKETS'], ...rows]),
    ...(forkservers.length === 0 ? [] : ['', 'Fork servers:', ...forkservers.map((line) => `  ${line}`)]),
    ...(errors.length === 0 ? [] : ['', 'Last errors:', ...errors.map((line) => `  ${line}`)]),
  ];
}

/** `ready, pid 4711 for 3m, the second`; what is wrong stands behind it. */
function forkserverText(
  { state, pid, readyAt, served, trouble }: NonNullable<StatusReport['services'][number]['forkserver']>,
  now: number,
): string {
  const process = pid === null || readyAt === null ? '' : `, pid ${pid} for ${spanText((now - readyAt) / 1000)}`;
  const before = served > 1 ? `, ${served - 1} before it` : '';
  return `${state}${process}${before}${trouble === null ? '' : `; ${trouble}`}`;
}
