/** What a supervisor (systemd, or what speaks like it) and its daemon tell each other. */
export { type SupervisorFacts, takeSupervisorFacts } from './environment.ts';
export { Notifier } from './notifier.ts';
