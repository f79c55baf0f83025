export type * from './span.ts'; export type * from './file.ts';
