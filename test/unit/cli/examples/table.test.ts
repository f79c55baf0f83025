/** What `kinetd examples` prints about its services. */
import { expect, test } from 'vitest';
import { catalogue } from '../../../../src/cli/examples/catalogue.ts';
import { examplesTable } from '../../../../src/cli/examples/table.ts';

const on = catalogue.map((example) => ({ example, port: example.name === 'hello' ? 6000 : example.port }));
const everywhere = (): boolean => true;

test('has a line for each service with its protocol, address and what to type', () => {
  const text = examplesTable({ on, off: [] }, '/tmp/state', everywhere, 'kinetd examples');
  expect(text).toMatch(/^http-echo +tcp +127\.0\.0\.1:9991 +curl http:\/\/127\.0\.0\.1:9991\/$/m);
  expect(text).toMatch(/^hello +tcp +127\.0\.0\.1:6000 +telnet 127\.0\.0\.1 6000$/m);
  expect(text).toMatch(/^prices +udp +127\.0\.0\.1:27000 +.* nc -u .* sqlite3 \/tmp\/state\/prices\.db /m);
  expect(text.split('\n')).toHaveLength(catalogue.length + 2);
});

test('says which service is off, why, and what would bring it back', () => {
  const [example] = catalogue.filter(({ name }) => name === 'prices');
  if (example === undefined) throw new Error('no such example');
  const off = [{ example, reason: 'python3 has no sqlite3 module', remedy: 'apt-get install it' }];
  const text = examplesTable(
    { on: on.filter((one) => one.example !== example), off },
    '/s',
    everywhere,
    'kinetd examples',
  );
  expect(text).toContain('\nprices is off: python3 has no sqlite3 module (apt-get install it)\n');
  expect(text).not.toContain('27000');
});

test('says which port is taken', () => {
  const text = examplesTable(
    { on, off: [] },
    '/s',
    (protocol, port) => !(protocol === 'udp' && port === 28000),
    'npm start --',
  );
  expect(text).toContain(
    '\nupper waits: another program has udp port 28000 (end it, or: npm start -- --port upper=NUMBER)\n',
  );
  expect(text).not.toMatch(/^upper +udp/m);
  expect(text).toMatch(/^lower +tcp/m);
});
