/** What is counted, for each service. Pure. */
export { ServiceCounters } from './service-counters.ts';
