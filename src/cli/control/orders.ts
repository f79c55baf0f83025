/** Commands that tell a running daemon to do something: each asks once, and prints what has been done. */

import type { ControlRequest, ReloadReport } from '../../control/mod.ts';
import { banReports, checked, reloadReport, sentence } from '../../control/reply.ts';
import { aligned } from '../columns.ts';
import { spanText } from '../time-span.ts';
import { asking, refusedStatus, say, sayJson } from './asking.ts';

/** For those whose whole answer is a sentence: kill, pause, resume, ban, unban, loglevel. */
export function order(control: string | undefined, request: ControlRequest): Promise<number> {
  return asking(control, async (client) => {
    say(checked(sentence, await client.ask(request)));
    return 0;
  });
}

/** @returns 0 when all of the new configuration is in force, 1 when not */
export function reloadDaemon(control: string | undefined, json: boolean): Promise<number> {
  return asking(control, async (client) => {
    const report = checked(reloadReport, await client.ask({ command: 'reload' }));
    if (json) sayJson(report);
    else for (const line of reloadLines(report)) say(line);
    const whole = report.usable && report.retained.length === 0;
    return whole && report.diagnostics.every(({ severity }) => severity !== 'error') ? 0 : refusedStatus;
  });
}

/** Waits until the daemon has gone, with its servers. */
export function stopDaemon(control: string | undefined): Promise<number> {
  return asking(control, async (client) => {
    say(checked(sentence, await client.ask({ command: 'stop' })));
    await client.ended;
    say('stopped');
    return 0;
  });
}

export function listBans(control: string | undefined, json: boolean): Promise<number> {
  return asking(control, async (client) => {
    const bans = checked(banReports, await client.ask({ command: 'bans' }));
    const now = Date.now();
    const rows = bans.map(({ block, until }) => [block, until === null ? '-' : spanText((until - now) / 1000)]);
    if (json) sayJson(bans);
    else for (const line of aligned([['BANNED', 'TIME LEFT'], ...rows])) say(line);
    return 0;
  });
}

function reloadLines({ usable, started, kept, retained, dropped, diagnostics }: ReloadReport): string[] {
  const lines = diagnostics
    .filter(({ severity }) => severity !== 'note')
    .map(({ severity, text }) => `${severity}: ${text}`);
  if (!usable) return [...lines, 'nothing has changed: the new configuration cannot be used'];
  const named = (what: string, ids: readonly string[]): string[] =>
    ids.length === 0 ? [] : [`${what}: ${ids.join(', ')}`];
  return [
    ...lines,
    ...named('started', started),
    ...named('dropped', dropped),
    ...named('kept with the old text, the new one cannot be used', retained),
    `reloaded: ${started.length} started, ${kept.length} kept, ${dropped.length} dropped, ${retained.length} with their old text`,
  ];
}
