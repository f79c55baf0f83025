/** `kinetd examples`: shows kinetd at work with the services of examples/. */
export { type ExamplesOptions, examplePort, runExamples } from './examples.ts';
