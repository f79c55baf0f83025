/**
 * `kinetd ps`: the servers of a running daemon, with what /proc says of their processes, its fork servers, and the
 * clients of its worker.
 */
import type { ServerReport } from '../../control/mod.ts';
import { checked, serverReports } from '../../control/reply.ts';
import { aligned } from '../columns.ts';
import { spanText } from '../time-span.ts';
import { asking, say, sayJson } from './asking.ts';
import { type ProcessUsage, processUsage } from './process-usage.ts';

export function listServers(control: string | undefined, json: boolean): Promise<number> {
  return asking(control, async (client) => {
    const servers = checked(serverReports, await client.ask({ command: 'servers' }));
    const now = Date.now();
    const rows = servers.map((server) => ({
      ...server,
      ageSeconds: Math.max(0, (now - server.startedAt) / 1000),
      // What the worker has used it has used for all of its clients.
      ...((server.kind === 'worker' ? undefined : processUsage(server.pid)) ?? { cpuSeconds: null, memory: null }),
    }));
    if (json) sayJson(rows);
    else
      for (const line of aligned([['PID', 'SERVICE', 'PEER', 'AGE', 'CPU', 'MEMORY'], ...rows.map(cells)])) say(line);
    return 0;
  });
}

type Row = ServerReport & { readonly ageSeconds: number } & (
    | ProcessUsage
    | { readonly cpuSeconds: null; readonly memory: null }
  );

function cells({ pid, kind, service, peer, ageSeconds, cpuSeconds, memory }: Row): readonly string[] {
  return [
    kind === 'worker' ? 'worker' : String(pid),
    service,
    kind === 'forkserver' ? 'fork server' : (peer ?? '-'),
    spanText(ageSeconds),
    cpuSeconds === null ? '-' : `${cpuSeconds.toFixed(2)}s`,
    memory === null ? '-' : `${Math.round(memory / 1024)}kB`,
  ];
}
