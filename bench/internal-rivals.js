/**
 * Who serves echo and redirect without another program: kinetd and xinetd from the same file, and socat, which needs a
 * process for each service. All without limits in the way and without log lines for clients.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { rivals } from './rivals.js';

/** @typedef {{ echo: number, datagrams: number, redirect: number, greeting: number }} Ports of services, at 127.0.0.1 */
/** @typedef {{ echo: number, greeting: number }} Targets of the redirects: the services redirect and greeting */
/**
 * @typedef {object} Rival
 * @property {string} name
 * @property {(folder: string, ports: Ports, targets: Targets) => readonly (readonly string[])[]} commands the
 *   command lines of its daemons; writes the files they need into the folder
 */

/** @returns {readonly Rival[]} those that are there */
export function present() {
  const daemons = rivals.filter(({ name, path }) => ['kinetd', 'xinetd'].includes(name) && existsSync(path));
  const socat = (rivals.find(({ name }) => name === 'xinetd')?.path ?? '').replace(/xinetd\/.*/, 'socat/usr/bin/socat');
  return [
    ...daemons.map(({ name, path }) => ({
      name,
      commands: (/** @type {string} */ folder, /** @type {Ports} */ ports, /** @type {Targets} */ targets) => [
        [...(name === 'kinetd' ? [process.execPath] : []), path, ...daemonArguments(folder, ports, targets)],
      ],
    })),
    ...(existsSync(socat)
      ? [
          {
            name: 'socat',
            commands: (/** @type {string} */ _, /** @type {Ports} */ ports, /** @type {Targets} */ targets) => [
              [socat, '-T', '2', `TCP4-LISTEN:${ports.echo},bind=127.0.0.1,reuseaddr,fork,backlog=128`, 'PIPE'],
              [socat, '-T', '1', `UDP4-RECVFROM:${ports.datagrams},bind=127.0.0.1,fork`, 'PIPE'],
              redirect(socat, ports.redirect, targets.echo),
              redirect(socat, ports.greeting, targets.greeting),
            ],
          },
        ]
      : []),
  ];
}

/** @param {string} socat @param {number} port @param {number} target */
function redirect(socat, port, target) {
  return [
    socat,
    '-T',
    '2',
    `TCP4-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork,backlog=128`,
    `TCP4:127.0.0.1:${target}`,
  ];
}

/** @param {string} folder @param {Ports} ports @param {Targets} targets */
function daemonArguments(folder, ports, targets) {
  const service = (/** @type {string} */ name, /** @type {string} */ lines) =>
    `service ${name}\n{\nbind = 127.0.0.1\n${lines}\n}\n`;
  const stream = 'socket_type = stream\nprotocol = tcp\nwait = no';
  const away = `${stream}\nuser = ${userInfo().username}`;
  writeFileSync(
    `${folder}/xinetd.conf`,
    [
      'defaults\n{\ninstances = UNLIMITED\nper_source = UNLIMITED\ncps = 0 0\n}\n',
      service('echo', `id = echo-stream\ntype = INTERNAL UNLISTED\n${stream}\nport = ${ports.echo}`),
      service(
        'echo',
        `id = echo-dgram\ntype = INTERNAL UNLISTED\nsocket_type = dgram\nprotocol = udp\nwait = yes\nport = ${ports.datagrams}`,
      ),
      service('away', `type = UNLISTED\n${away}\nport = ${ports.redirect}\nredirect = 127.0.0.1 ${targets.echo}`),
      service('greet', `type = UNLISTED\n${away}\nport = ${ports.greeting}\nredirect = 127.0.0.1 ${targets.greeting}`),
    ].join(''),
  );
  const files = ['-f', `${folder}/xinetd.conf`, '-filelog', `${folder}/daemon.log`, '-pidfile', `${folder}/pid`];
  return ['-dontfork', ...files];
}
