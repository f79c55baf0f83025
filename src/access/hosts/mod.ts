/** hosts.allow and hosts.deny, hosts_access(5). Pure. */
export { expandBanner } from './banner.ts';
export { parseHostsFile } from './parse.ts';
export type { HostsFile, HostsRule } from './rule.ts';
export { HostsTable, type HostsVerdict } from './table.ts';
