/**
 * What is found about a service, as it is told to somebody who has just typed it. Attributes are options there (`write
 * --wait yes` for `write wait = yes`), nobody waits for a port to become free, and what was asked for in so many words
 * and cannot be had is no mere note. Pure.
 */
import type { Diagnostic } from '../../config/mod.ts';
import { isSpoken, optionName } from './options.ts';

export function onCommandLine(diagnostic: Diagnostic): Diagnostic {
  const { message, help } = diagnostic;
  return {
    ...diagnostic,
    message: translated(message),
    help: help === undefined ? undefined : translated(help),
    ...changes[diagnostic.code],
  };
}

const changes: Partial<Record<Diagnostic['code'], Partial<Diagnostic>>> = {
  // Nobody is replaced here: whoever has the port is in the way, another kinetd too.
  'port-taken': { severity: 'error', help: 'take another port or address, or 0 for any port that is free' },
  'forkserver-not-used': { severity: 'warning' },
};

function translated(text: string): string {
  return text
    .replace(/\b([a-z][a-z_]+) = (\S+)/g, (written, attribute: string, value: string) =>
      isSpoken(attribute) ? `--${optionName(attribute)} ${value}` : written,
    )
    .replace(/ \(in inetd\.conf: \w+\)|, or disable the service/g, '');
}
