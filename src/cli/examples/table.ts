/** What `kinetd examples` prints before the first client comes. Pure text. */
import type { Prepared } from './prepare.ts';

/** A line for each service that runs, and one for each that does not with what it would take. */
export function examplesTable(prepared: Pick<Prepared, 'on' | 'off'>, state: string): string {
  const rows = [
    ['SERVICE', '', 'ADDRESS', 'TO TRY IT, TYPE'],
    ...prepared.on.map(({ example, port }) => [
      example.name,
      example.protocol,
      `127.0.0.1:${port}`,
      example.tryIt({ port, state }),
    ]),
  ];
  const off = prepared.off.map(({ example, reason, remedy }) => `${example.name} is off: ${reason} (${remedy})`);
  return [...aligned(rows), ...off].map((line) => `${line}\n`).join('');
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
