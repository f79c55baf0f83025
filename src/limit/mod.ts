/** Bounds on what runs, pure: the clock is an argument. */
export { CpsWindow } from './cps.ts';
export { Occupancy } from './occupancy.ts';
export { Rates } from './rates.ts';
export { Sources } from './sources.ts';
export { StartRate } from './start-rate.ts';
export { WaitingLine } from './waiting-line.ts';
