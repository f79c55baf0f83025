/** Texts of hosts.allow and hosts.deny, and what becomes of a client of the daemon `cat`. */
import { HostsTable, type HostsVerdict, parseHostsFile } from '../../../../src/access/mod.ts';
import type { HostName } from '../../../../src/model/mod.ts';

export interface Client {
  readonly daemon?: string;
  readonly address?: string | undefined;
  readonly local?: string | undefined;
  /** By address; what is not here has not been looked up. */
  readonly names?: Readonly<Record<string, HostName>>;
}

export function tableOf(files: { readonly allow?: string; readonly deny?: string }): HostsTable {
  return new HostsTable(parseHostsFile(files.allow ?? '').rules, parseHostsFile(files.deny ?? '').rules);
}

export function decide(files: Parameters<typeof tableOf>[0], client: Client): HostsVerdict {
  return tableOf(files).decide({
    daemon: client.daemon ?? 'cat',
    client: 'address' in client ? client.address : '192.0.2.1',
    local: 'local' in client ? client.local : '192.0.2.80',
    nameOf: (address) => client.names?.[address],
  });
}

/** Whether hosts.deny with these clients refuses the client. */
export function refuses(clients: string, client: Client): boolean | 'ask' {
  const { verdict } = decide({ deny: `cat: ${clients}\n` }, client);
  return verdict === 'ask' ? 'ask' : verdict === 'deny';
}

export function known(name: string): HostName {
  return { kind: 'known', name };
}
