export type * from './diagnostic.ts'; export type * from './codes.ts';
