/** The screen of `kinetd status --watch`, as lines that fit a terminal. Pure. */
import type { ServiceReport, StatusReport } from '../../control/mod.ts';
import { printable } from '../../log/mod.ts';
import { aligned } from '../columns.ts';
import { heading, refusedText, runningText } from './status-text.ts';

export const sortKeys = ['name', 'running', 'accepted', 'failed'] as const;
export type SortKey = (typeof sortKeys)[number];

export interface ScreenOptions {
  /** Columns and rows of the terminal. */
  readonly width: number;
  readonly height: number;
  readonly sort: SortKey;
  readonly colour: boolean;
}

/** Starts a second of each service, as far back as a sparkline shows. */
const sparkWidth = 20;
const bars = ' ▁▂▃▄▅▆▇█';

export class History {
  readonly #rates = new Map<string, number[]>();
  #last: StatusReport | undefined;

  add(report: StatusReport): void {
    const before = new Map(this.#last?.services.map((service) => [keyOf(service), activity(service)]));
    const seconds = this.#last === undefined ? 1 : Math.max(0.1, (report.now - this.#last.now) / 1000);
    for (const service of report.services) {
      const key = keyOf(service);
      const rates = this.#rates.get(key) ?? [];
      const earlier = before.get(key);
      rates.push(earlier === undefined ? 0 : Math.max(0, activity(service) - earlier) / seconds);
      this.#rates.set(key, rates.slice(-sparkWidth));
    }
    const there = new Set(report.services.map(keyOf));
    for (const key of this.#rates.keys()) if (!there.has(key)) this.#rates.delete(key);
    this.#last = report;
  }

  /** Clients a second, the latest last. */
  rates(service: ServiceReport): readonly number[] {
    return this.#rates.get(keyOf(service)) ?? [];
  }
}

export function statusScreen(report: StatusReport, history: History, options: ScreenOptions): string[] {
  const { width, height, sort, colour } = options;
  const services = report.services.toSorted(orders[sort]);
  const rows = services.map((service) => {
    const rates = history.rates(service);
    return [
      service.id,
      service.state,
      runningText(service),
      (rates.at(-1) ?? 0).toFixed(1),
      sparkline(rates),
      String(service.accepted),
      refusedText(service),
    ].map(printable);
  });
  const table = aligned([
    ['SERVICE', 'STATE', 'RUNNING', 'PER SEC', ' '.repeat(sparkWidth), 'ACCEPTED', 'REFUSED'],
    ...rows,
  ]);
  const room = Math.max(0, height - 4);
  const shown = table.slice(0, room + 1);
  const hidden = services.length - (shown.length - 1);
  const keys = `sort: [n]ame [r]unning [a]ccepted [f]ailed (${sort})  [q]uit${hidden > 0 ? `  ${hidden} more` : ''}`;
  const cut = (line: string): string => Array.from(line).slice(0, Math.max(0, width)).join('');
  const strong = (line: string): string => (colour ? `\x1b[1m${line}\x1b[0m` : line);
  const [titles = '', ...body] = shown;
  return [strong(cut(printable(heading(report)))), '', strong(cut(titles)), ...body.map(cut), cut(keys)].slice(
    0,
    Math.max(1, height),
  );
}

/** As high as the busiest moment that is shown. */
function sparkline(rates: readonly number[]): string {
  const most = Math.max(...rates, Number.MIN_VALUE);
  const line = rates.map((rate) => (rate === 0 ? ' ' : (bars[Math.max(1, Math.round((rate / most) * 8))] ?? ' ')));
  return line.join('').padStart(sparkWidth);
}

const orders: Readonly<Record<SortKey, (a: ServiceReport, b: ServiceReport) => number>> = {
  name: (a, b) => a.id.localeCompare(b.id),
  running: (a, b) => b.running - a.running,
  accepted: (a, b) => b.accepted - a.accepted,
  failed: (a, b) => refusals(b) - refusals(a),
};

function refusals({ refused }: ServiceReport): number {
  return Object.values(refused).reduce((sum, count) => sum + count, 0);
}

/** Connections, or starts where nothing is accepted (datagrams, `wait`). */
function activity({ accepted, started }: ServiceReport): number {
  return Math.max(accepted, started);
}

/** Services of different protocols may share an id. */
function keyOf({ id, sockets }: ServiceReport): string {
  return `${id} ${sockets[0]?.split(' ', 1)[0] ?? ''}`;
}
