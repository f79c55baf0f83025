/**
 * Definitions back to the text of an inetd.conf, one line each. Reading what is printed gives the same
 * Definitions, spans apart; that is how the reader is tested, and it is a normal form to compare files in.
 *
 * Only Definitions of the inetd dialect without errors can be printed: the others are left out.
 */
import type { Definition, InetdFields } from '../definition.ts';

/** The whole file, each line ended by a newline; empty for no definitions. */
export function printInetd(definitions: readonly Definition[]): string {
  return definitions.map(printLine).join('');
}

function printLine(definition: Definition): string {
  const { settings, inetd, errors } = definition;
  if (inetd === undefined || errors.length > 0) return '';
  const program =
    settings.type?.has('INTERNAL') === true ? ['internal'] : [settings.server ?? '', ...(settings.server_args ?? [])];
  const fields = [
    `${addressPrefix(inetd.addresses)}${inetd.service}`,
    settings.socket_type ?? '',
    protocol(inetd, settings.type?.has('RPC') === true),
    `${settings.wait === true ? 'wait' : 'nowait'}${inetd.startsPerMinute === undefined ? '' : `.${inetd.startsPerMinute}`}`,
    `${settings.user ?? ''}${settings.group === undefined ? '' : `:${settings.group}`}`,
    ...program,
  ];
  return `${fields.join(' ')}\n`;
}

function addressPrefix(addresses: readonly string[]): string {
  if (addresses.length === 0) return '';
  return `${addresses.map((address) => (address.includes(':') ? `[${address}]` : address)).join(',')}:`;
}

function protocol(inetd: InetdFields, rpc: boolean): string {
  const send = inetd.sendBuffer === undefined ? '' : `,sndbuf=${inetd.sendBuffer}`;
  const receive = inetd.receiveBuffer === undefined ? '' : `,rcvbuf=${inetd.receiveBuffer}`;
  return `${rpc ? 'rpc/' : ''}${inetd.transport}${send}${receive}`;
}
