/**
 * Findings speak of attributes, as a file has them (`write wait = yes`); on a command line these are options
 * (`write --wait yes`). Pure text.
 */
import type { Diagnostic } from '../../config/mod.ts';
import { isSpoken, optionName } from './options.ts';

export function inOptions(diagnostic: Diagnostic): Diagnostic {
  const { message, help } = diagnostic;
  return { ...diagnostic, message: translated(message), help: help === undefined ? undefined : translated(help) };
}

function translated(text: string): string {
  return text
    .replace(/\b([a-z][a-z_]+) = (\S+)/g, (written, attribute: string, value: string) =>
      isSpoken(attribute) ? `--${optionName(attribute)} ${value}` : written,
    )
    .replace(/ \(in inetd\.conf: \w+\)|, or disable the service/g, '');
}
