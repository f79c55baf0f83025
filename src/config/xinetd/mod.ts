/** xinetd.conf: text to Definitions, and the attribute table that says what its words mean. */
export { attributeGroups, attributeNamed, attributeNames, attributes } from './attributes/mod.ts';
export * from './dialect.ts';
export { type Defaults, interpret } from './interpret.ts';
export { parseXinetd } from './parser.ts';
export * from './print.ts';
export { quoted } from './quoting.ts';
export * from './reading.ts';
export type { Assignment, ServiceEntry, Word } from './tree.ts';
export { wordsOf } from './words-of.ts';
export { isXinetdAttribute } from './xinetd-attributes.ts';
