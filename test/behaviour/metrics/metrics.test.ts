/** The metrics over HTTP, as a scraper gets them, and what others get. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { families } from '../../../src/metrics/mod.ts';
import { type Address, open, talk } from '../../daemon/client.ts';
import { type Kinetd, root, service, startKinetd, testFolder } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { talkUnix } from '../../daemon/unix-client.ts';
import { until } from '../../daemon/until.ts';
import { oracles } from '../../oracle/programs.ts';

const defaults = 'defaults\n{\n\tmetrics = tcp:127.0.0.1:0 unix:@FOLDER@/metrics.sock\n}\n';

function start(...services: readonly string[]): Promise<Kinetd> {
  return startKinetd({ files: { 'x.conf': defaults + services.join('') } });
}

interface Response {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

function responseOf(text: string): Response {
  const end = text.indexOf('\r\n\r\n');
  const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(text) ?? [];
  return { status: Number(status), headers: text.slice(0, end + 2), body: text.slice(end + 4) };
}

async function ask(address: Address, request: string): Promise<Response> {
  return responseOf((await talk(address, { send: request })).text);
}

const get = 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n';

/** The samples, by name and labels. */
function samplesOf(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.replace(/ [^ ]*$/, ''), Number(line.split(' ').at(-1))]));
}

/** The program that knows the format best. */
const promtool = join(oracles, 'prometheus/usr/bin/promtool');

test('a scraper gets what has happened, and promtool finds nothing wrong with it', async () => {
  const daemon = await start(
    service('cat', { instances: 3 }),
    service('closed', { only_from: '192.0.2.1' }),
    service('false', { server: '/bin/false' }),
  );
  const address = await daemon.address('metrics');
  const client = await open(await daemon.address('cat'));
  client.write('x');
  await client.receive(/x/);
  await talk(await daemon.address('closed'));
  await talk(await daemon.address('false'));
  const response = await until(async () => {
    const got = await ask(address, get);
    return /kinetd_servers_ended_total\{service="false",protocol="tcp",ending="status"\} 1\n/.test(got.body)
      ? got
      : undefined;
  });
  expect(response.status).toBe(200);
  expect(response.headers).toContain('Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n');
  expect(response.headers).toContain(`Content-Length: ${response.body.length}\r\n`);
  const samples = samplesOf(response.body);
  expect(samples.get('kinetd_servers_running{service="cat",protocol="tcp"}')).toBe(1);
  expect(samples.get('kinetd_servers_limit{service="cat",protocol="tcp"}')).toBe(3);
  expect(samples.get('kinetd_connections_accepted_total{service="closed",protocol="tcp"}')).toBe(1);
  expect(samples.get('kinetd_connections_refused_total{service="closed",protocol="tcp",reason="address"}')).toBe(1);
  expect(samples.get('kinetd_launch_duration_seconds_count{service="false",protocol="tcp"}')).toBe(1);
  expect(samples.get('kinetd_server_cpu_seconds_bucket{service="false",protocol="tcp",le="+Inf"}')).toBe(1);
  expect(samples.get('kinetd_services_available')).toBe(5);
  expect(samples.get('kinetd_start_time_seconds')).toBeGreaterThan(Date.now() / 1000 - 600);
  if (existsSync(promtool)) {
    expect(execFileSync(promtool, ['check', 'metrics'], { input: response.body, encoding: 'utf8' })).toBe('');
  }
  // It is one that the service log has nothing of, while nobody is refused.
  expect(daemon.errors).not.toContain('START: metrics');
  client.socket.destroy();
});

test('a Unix socket has them too, for the user of the daemon', async () => {
  const daemon = await start(service('cat', {}));
  const text = await talkUnix(join(daemon.folder, 'metrics.sock'), get);
  expect(samplesOf(responseOf(text).body).get('kinetd_services')).toBe(3);
});

test('whatever else is asked is told what is wrong with it', async () => {
  const daemon = await start();
  const address = await daemon.address('metrics');
  expect(await ask(address, 'GET / HTTP/1.1\r\n\r\n')).toMatchObject({
    status: 404,
    body: expect.stringContaining('/metrics'),
  });
  expect(await ask(address, 'POST /metrics HTTP/1.1\r\n\r\n')).toMatchObject({
    status: 405,
    headers: expect.stringContaining('Allow: GET, HEAD'),
  });
  expect((await ask(address, 'hello\r\n\r\n')).status).toBe(400);
  expect((await ask(address, 'GET /metrics HTTP/1.1\r\n')).status).toBe(400);
  expect((await ask(address, `GET /metrics HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`)).status).toBe(431);
  const head = await ask(address, 'HEAD /metrics HTTP/1.1\r\n\r\n');
  expect(head).toMatchObject({ status: 200, body: '' });
  expect(head.headers).toMatch(/Content-Length: \d{4,}\r\n/);
  expect((await ask(address, 'GET /metrics?x=1 HTTP/1.0\n\n')).status).toBe(200);
});

test('a request may come in pieces, and one that never ends holds up nobody', async () => {
  const daemon = await start();
  const address = await daemon.address('metrics');
  const slow = await open(address);
  slow.write('GET /met');
  expect((await ask(address, get)).status).toBe(200);
  slow.write('rics HTTP/1.1\r\n\r\n');
  await slow.receive(/kinetd_services 2\n/);
  slow.socket.destroy();
});

test('others than those of metrics_from are refused, and a reload may let them in', async () => {
  const line = `metrics = tcp:127.0.0.1:${await fixedPort()}`;
  const others = service('a', {});
  const daemon = await startKinetd({
    files: { 'x.conf': `defaults\n{\n\t${line}\n\tmetrics_from = 192.0.2.1\n}\n${others}` },
  });
  const address = await daemon.address('metrics');
  expect((await talk(address, { send: get })).text).toBe('');
  await daemon.says(/^FAIL: metrics address from=127\.0\.0\.1$/m);
  daemon.write('x.conf', `defaults\n{\n\t${line}\n}\n${others}`);
  await daemon.reload();
  expect(samplesOf((await ask(address, get)).body).get('kinetd_reloads_total{result="done"}')).toBe(1);
  daemon.write('x.conf', 'defaults\n{\n\tinstances = many\n}\n');
  await daemon.reload();
  expect(samplesOf((await ask(address, get)).body).get('kinetd_reloads_total{result="failed"}')).toBe(1);
  daemon.write('x.conf', others);
  await daemon.reload();
  await expect(talk(address)).rejects.toThrow('ECONNREFUSED');
});

test('a service of one name has its metrics told, with as many services as there are', async () => {
  const many = Array.from({ length: 200 }, (_, index) => service(`s${index}`, {})).join('');
  const daemon = await start(many);
  const { body } = await ask(await daemon.address('metrics'), get);
  expect(body.match(/^kinetd_servers_running\{service="s\d+",/gm)).toHaveLength(200);
  expect(samplesOf(body).get('kinetd_services_omitted')).toBe(0);
});

/** Names of metrics in a text, without what a histogram adds. */
function namesIn(text: string): readonly string[] {
  const names = [...text.matchAll(/kinetd_[a-z_]+/g)].map(([name]) => name);
  return [...new Set(names)].filter((name) => !Object.hasOwn(families, name.replace(/_(bucket|sum|count)$/, '')));
}

test('the alert rules and the dashboard ask for metrics that there are', () => {
  const rules = readFileSync(join(root, 'contrib/kinetd.rules.yml'), 'utf8');
  const dashboard = readFileSync(join(root, 'contrib/kinetd-dashboard.json'), 'utf8');
  expect(namesIn(rules)).toEqual([]);
  expect(namesIn(dashboard)).toEqual([]);
  const known = new Set(Object.values(families).flatMap(({ labels }) => labels));
  for (const common of ['service', 'protocol', 'instance', 'le']) known.add(common);
  const asked = [...`${rules}${dashboard}`.matchAll(/(\w+)(?:=~|!=|=)\\?"[^"{]*\\?"[,}]/g)].map(
    ([, label = '']) => label,
  );
  expect(asked.length).toBeGreaterThan(20);
  expect(asked.filter((label) => !known.has(label))).toEqual([]);
});

test.runIf(existsSync(promtool))('promtool finds the alert rules right, and they fire when they should', () => {
  const rules = join(root, 'contrib/kinetd.rules.yml');
  expect(execFileSync(promtool, ['check', 'rules', rules], { encoding: 'utf8' })).toContain('SUCCESS: 8 rules found');
  const file = join(testFolder(), 'rules-test.yml');
  writeFileSync(
    file,
    `rule_files: ['${rules}']
tests:
  - interval: 1m
    input_series:
      - series: 'kinetd_service_available{service="a",protocol="tcp",instance="i"}'
        values: '1 0x10'
      - series: 'kinetd_servers_running{service="a",protocol="tcp",instance="i"}'
        values: '10x10'
      - series: 'kinetd_servers_limit{service="a",protocol="tcp",instance="i"}'
        values: '10x10'
      - series: 'kinetd_reloads_total{result="failed",instance="i"}'
        values: '0 1x10'
    alert_rule_test:
      - {eval_time: 1m, alertname: KinetdServiceUnavailable, exp_alerts: []}
      - eval_time: 5m
        alertname: KinetdServiceUnavailable
        exp_alerts:
          - exp_labels: {severity: critical, service: a, protocol: tcp, instance: i}
            exp_annotations:
              summary: Service a of i has no socket
              description: Another program may have its port; kinetd tries again by itself. kinetd status says why.
      - eval_time: 6m
        alertname: KinetdLimitNear
        exp_alerts:
          - exp_labels: {severity: warning, service: a, protocol: tcp, instance: i}
            exp_annotations: {summary: Service a of i runs nearly as many servers as it may}
      - eval_time: 2m
        alertname: KinetdReloadFailed
        exp_alerts:
          - exp_labels: {severity: warning, result: failed, instance: i}
            exp_annotations:
              summary: A reload of kinetd on i has come to nothing
              description: The old configuration goes on. kinetd check says what is wrong with the new one.
`,
  );
  expect(execFileSync(promtool, ['test', 'rules', file], { encoding: 'utf8' })).toContain('SUCCESS');
});
