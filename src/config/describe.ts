/**
 * A ServiceTable as a value that JSON can hold: sets as lists, infinity as `UNLIMITED`, absent values left
 * out. Golden files and `check --json` are made of it, so its shape is stable.
 */
import type { Settings } from './definition.ts';
import { decodeBytes } from './resolve/mod.ts';
import type { ServiceTable, TableEntry } from './table.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** The entries, in the order of the table. */
export function describeTable(table: Pick<ServiceTable, 'entries'>): readonly Json[] {
  return table.entries.map((entry: TableEntry) => {
    const { settings, ...resolved } = entry;
    // Settings are the bytes of the file; what is resolved is text already.
    return {
      ...describeAll(resolved, (text) => text),
      settings: describeSettings(settings),
    };
  });
}

export function describeSettings(settings: Settings): Json {
  return describe(settings, (bytes) => decodeBytes(bytes) ?? bytes);
}

function describe(value: unknown, show: (text: string) => string): Json {
  if (typeof value === 'string') return show(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : 'UNLIMITED';
  if (typeof value === 'boolean') return value;
  if (value instanceof Set) return [...value].map((item) => describe(item, show));
  if (Array.isArray(value)) return value.map((item) => describe(item, show));
  return typeof value === 'object' && value !== null ? describeAll(value, show) : null;
}

function describeAll(value: object, show: (text: string) => string): { readonly [name: string]: Json } {
  const present = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(present.map(([name, part]) => [name, describe(part, show)]));
}
