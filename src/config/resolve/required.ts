/**
 * What a service cannot do without (xinetd: "missing attribute"). All that is missing is said at once.
 *
 * | kind                      | required                                  |
 * |---------------------------|-------------------------------------------|
 * | any                       | socket_type, wait                         |
 * | runs a program            | server, user (redirect: user alone)       |
 * | UNLISTED                  | protocol, port (tcpmux clients: no port)  |
 * | RPC                       | protocol, rpc_version; UNLISTED: rpc_number |
 *
 * socket_type and protocol imply each other, see transport.ts. inetd.conf lines that lack a field never come
 * here: their reader refuses them.
 */
import type { AttributeName, Settings } from '../definition.ts';
import type { Findings } from './findings.ts';

/** @param settings with what is implied */
export function checkRequired(settings: Settings, findings: Findings): void {
  const missing = required(settings).filter((name) => settings[name] === undefined);
  if (missing.length === 0) return;
  const lines = missing.map((name) => `${name} = …`).join(', ');
  findings.add('missing-attribute', undefined, `the service has no ${missing.join(', no ')}`, `write ${lines}`);
}

function required({ type, flags, redirect }: Settings): AttributeName[] {
  const names: AttributeName[] = ['socket_type', 'wait'];
  const internal = type?.has('INTERNAL') === true || flags?.has('SENSOR') === true;
  if (!internal) names.push(...(redirect === undefined ? (['user', 'server'] as const) : (['user'] as const)));
  const unlisted = type?.has('UNLISTED') === true;
  const rpc = type?.has('RPC') === true;
  if (rpc) names.push('protocol', 'rpc_version');
  if (rpc && unlisted) names.push('rpc_number');
  if (unlisted && !rpc) {
    names.push('protocol');
    if (type?.has('TCPMUX') !== true && type?.has('TCPMUXPLUS') !== true) names.push('port');
  }
  return [...new Set(names)];
}
