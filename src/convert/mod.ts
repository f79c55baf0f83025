/** A configuration in the words of another supervisor. Pure. */
export { toInetd } from './inetd-conf.ts';
export type { Converted, Loss } from './loss.ts';
export { type Source, sourceOf } from './source.ts';
export { toSystemd } from './systemd.ts';
export { toConf } from './xinetd-conf.ts';
