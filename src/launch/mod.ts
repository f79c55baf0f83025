/** From a plan and a descriptor to a process, and from its exit to facts. */
export { type EndNames, type Ends, namesNeeded } from './environment.ts';
export { Forkserver, type ForkserverFacts } from './forkserver/forkserver.ts';
export { ForkserverProcesses } from './forkserver/processes.ts';
export { Launcher, launchFailureMessage } from './launcher.ts';
export { remoteInfo } from './remote-info.ts';
export { type Server, Servers } from './servers.ts';
export { ServerTimes } from './time-limit.ts';
