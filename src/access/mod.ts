/** Who may use a service, and when. Pure. */

export { AccessList } from './access-list.ts';
export { type Ban, Bans } from './bans.ts';
export { DeniedClients } from './denied-clients.ts';
export * from './hosts/mod.ts';
export { withinTimes } from './times.ts';
