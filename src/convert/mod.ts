/** A configuration in the words of another supervisor. Pure. */
export { type Loss, toSystemd } from './systemd.ts';
