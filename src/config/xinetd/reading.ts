/**
 * What reading an xinetd.conf gives: the entries of every file that it includes, with defaults applied, and
 * everything that was found on the way.
 */
import type { AttributeName, Definition, Settings } from '../definition.ts';
import type { Diagnostic } from '../diagnostic/mod.ts';
import type { Span } from '../source/mod.ts';

/** What all `defaults` entries together say. */
export interface Defaults {
  readonly settings: Settings;
  /**
   * A Definition that took a value from here has the same Span object in its own `spans`; that is how an
   * inherited `log_type` (one shared log) is told from a service's own.
   */
  readonly spans: ReadonlyMap<AttributeName, Span>;
}

export interface XinetdReading {
  /** In the order of the text, included files at the place of their directive. `enabled` and `disabled` are not applied. */
  readonly definitions: readonly Definition[];
  readonly defaults: Defaults;
  /** Everything found, errors of definitions included; in the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
  /** Paths of the files that were read. */
  readonly files: readonly string[];
  /** Paths that were to be read and could not be; what they defined before may well be meant still. */
  readonly unread: readonly string[];
  /** False: `defaults` has an error, and without it no service may run. */
  readonly usable: boolean;
}
