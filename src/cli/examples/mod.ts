/** `kinetd examples`: shows kinetd at work with the services of examples/. */
export { runExamples } from './examples.ts';
