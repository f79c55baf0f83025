/** An example's port as it is said on the command line. */
import { catalogue } from './catalogue.ts';

/**
 * Reads `NAME=PORT`.
 * @returns undefined for a name that no example has, or a number that is no port
 */
export function examplePort(text: string): readonly [string, number] | undefined {
  const [, name = '', digits = ''] = /^([^=]+)=(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const known = catalogue.some((example) => example.name === name);
  return known && port >= 1 && port <= 65535 ? [name, port] : undefined;
}
