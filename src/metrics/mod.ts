/** What is counted, for each service, and how it is told. Pure. */
export { Exposition } from './exposition.ts';
export { families } from './families.ts';
export { ServiceCounters } from './service-counters.ts';
