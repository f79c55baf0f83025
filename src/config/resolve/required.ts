/**
 * What a service cannot do without (xinetd: "missing attribute"). All that is missing is said at once.
 *
 * | kind           | required           |
 * |----------------|--------------------|
 * | any            | socket_type, wait  |
 * | neither INTERNAL nor SENSOR | user, server or command; with redirect user alone |
 * | UNLISTED       | protocol, port; or listen |
 * | RPC            | protocol, rpc_version; port is not needed, and UNLISTED needs rpc_number |
 * | TCPMUX, TCPMUXPLUS | protocol, no port |
 *
 * socket_type and protocol imply each other, see transport.ts. inetd.conf lines that lack a field do not come here:
 * their reader refuses them.
 */
import type { AttributeName, Settings } from '../definition.ts';
import type { Findings } from './findings.ts';
import type { Kind } from './transport.ts';

const always: readonly AttributeName[] = ['socket_type', 'wait'];
const external: readonly AttributeName[] = ['user', 'server'];
const redirected: readonly AttributeName[] = ['user'];
const unlisted: readonly AttributeName[] = ['protocol', 'port'];
const rpc: readonly AttributeName[] = ['protocol', 'rpc_version'];
const unlistedRpc: readonly AttributeName[] = [...rpc, 'rpc_number'];
const behindTcpmux: readonly AttributeName[] = ['protocol'];

export function checkRequired(settings: Settings, kind: Kind, findings: Findings): void {
  const { type, flags } = settings;
  const answersItself = type?.has('INTERNAL') === true || flags?.has('SENSOR') === true;
  const own = settings.redirect === undefined ? external : redirected;
  const required = [...always, ...(answersItself ? [] : own), ...ofType(type)];
  const missing = required.filter((name) => {
    if (name === 'socket_type') return kind.socketType === undefined;
    if (name === 'server' && settings.command !== undefined) return false;
    if (name === 'port' && settings.listen !== undefined) return false;
    return (name === 'protocol' ? kind.protocol : settings[name]) === undefined;
  });
  if (missing.length === 0) return;
  const lines = missing.map((name) => `${name} = …`).join(', ');
  findings.add('missing-attribute', undefined, `the service has no ${missing.join(', no ')}`, `write ${lines}`);
}

function ofType(type: Settings['type']): readonly AttributeName[] {
  if (type?.has('TCPMUX') === true || type?.has('TCPMUXPLUS') === true) return behindTcpmux;
  if (type?.has('RPC') === true) return type.has('UNLISTED') ? unlistedRpc : rpc;
  return type?.has('UNLISTED') === true ? unlisted : [];
}
