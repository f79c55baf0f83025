/** The unprivileged process that handles what clients send, from the daemon's side; its own side is main.ts. */
export { type Job, type RelayFailure, type TaskId, textOf } from './protocol.ts';
export { workerPlan } from './start.ts';
export { type TaskEnd, Worker, type WorkerObserver } from './worker.ts';
