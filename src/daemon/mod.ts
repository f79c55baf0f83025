/** Composition: the only place where the parts meet. */
export { belowRoot } from './below-root.ts';
export { Daemon } from './daemon.ts';
export { checkHostsFiles } from './hosts-check.ts';
export { readHostsRules, systemHostsPaths } from './hosts-files.ts';
export { systemResolver } from './resolver.ts';
export { type ServeOptions, serve } from './serve.ts';
export { type ServiceLogOptions, ServiceLogs } from './service-logs.ts';
export { syslogTransport } from './syslog-transport.ts';
export { realSystem } from './system.ts';
export { banHolds, type Step, tryClient } from './trial.ts';
