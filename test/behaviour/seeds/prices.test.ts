/** The service that keeps the prices of datagrams in a SQLite database. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { UdpClient } from '../../daemon/client.ts';
import { type Examples, haveSqlite, startExamples } from '../../daemon/examples.ts';
import { python3 } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';

const select = `
import json, sqlite3, sys
database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
print(json.dumps(database.execute(sys.argv[2]).fetchall()))
`;

/** The rows of a query; none while the table is not there. */
function rows({ daemon }: Examples, query: string): unknown[] {
  const database = join(daemon.folder, 'state', 'prices.db');
  const { status, stdout } = spawnSync(python3 ?? 'python3', ['-IS', '-c', select, database, query], {
    encoding: 'utf8',
  });
  const found: unknown = status === 0 ? JSON.parse(stdout) : [];
  return Array.isArray(found) ? found : [];
}

async function rowsOnce(examples: Examples, query: string, count: number): Promise<unknown[]> {
  return until(() => {
    const found = rows(examples, query);
    return found.length === count ? found : undefined;
  });
}

test.runIf(haveSqlite)('a price of a datagram is a row of the table', async () => {
  const examples = await startExamples();
  const client = new UdpClient();
  await client.send(examples.address('prices'), '2026-11-20,KIN,12.5\n');
  const query = 'SELECT day, name, value FROM prices';
  expect(await rowsOnce(examples, query, 1)).toEqual([['2026-11-20', 'KIN', 12.5]]);
});

test.runIf(haveSqlite)('none of many datagrams is lost, and what is no price is kept apart', async () => {
  const examples = await startExamples();
  const client = new UdpClient();
  const names = Array.from({ length: 30 }, (_, number) => `N${String(number).padStart(2, '0')}`);
  for (const [number, name] of names.entries()) {
    await client.send(examples.address('prices'), `2026-11-20,${name},${number}`);
  }
  await client.send(examples.address('prices'), 'nonsense');
  const found = await rowsOnce(examples, 'SELECT name, value FROM prices ORDER BY name', names.length);
  expect(found).toEqual(names.map((name, number) => [name, number]));
  expect(await rowsOnce(examples, 'SELECT line FROM rejected', 1)).toEqual([['nonsense']]);
});
