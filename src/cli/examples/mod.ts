/** `kinetd examples`: shows kinetd at work with the services of examples/. */
export { examplePort, runExamples } from './examples.ts';
