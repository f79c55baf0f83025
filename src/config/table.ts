/**
 * The ServiceTable: what a whole configuration means. Made by load(), deeply frozen, and the only thing the
 * daemon, `check` and later `explain` and `convert` look at.
 */
import type { Origin, Service } from '../model/mod.ts';
import type { Settings } from './definition.ts';
import type { Diagnostic } from './diagnostic/mod.ts';

interface Entry {
  readonly id: string;
  readonly origin: Origin;
  /** Every attribute in effect, after defaults, also those whose behaviour is not there yet. */
  readonly settings: Settings;
}

export type TableEntry =
  | (Entry & { readonly state: 'ready'; readonly service: Service })
  /** Something about it is wrong or not supported: it does not run, the others do. */
  | (Entry & { readonly state: 'refused' })
  /** `disable = yes`, `disabled`, or not in `enabled`. */
  | (Entry & { readonly state: 'disabled' });

export interface ServiceTable {
  /** In the order of the text. */
  readonly entries: readonly TableEntry[];
  /** What `defaults` says. */
  readonly defaults: Settings;
  /** In the order of the text, file by file. */
  readonly diagnostics: readonly Diagnostic[];
  /** Files read, for messages and for watching. */
  readonly files: readonly string[];
  /** Paths that were to be read and could not be: what they said before may well be meant still. */
  readonly unread: readonly string[];
  /**
   * False: something about the configuration as a whole is wrong (it cannot be read, or `defaults` has an
   * error) and nothing of it may run: the daemon does not start, or keeps what it has on reload.
   */
  readonly usable: boolean;
}
