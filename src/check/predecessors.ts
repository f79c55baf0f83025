/**
 * What an old daemon would make of a configuration that kinetd reads: notes at the lines that it understands otherwise.
 * `kinetd check --as` asks for one daemon; what xinetd loses without a word is told without being asked for, since who
 * wrote such a line believes that it has been in force. The rules are in predecessor-rules.ts.
 */
import { type AttributeName, type Definition, type Diagnostic, diagnose, type Reading } from '../config/mod.ts';
import { type Predecessor, type Rule, rules } from './predecessor-rules.ts';

/** A note at each line of services that run and of which the old daemon makes something else. */
export function differences(reading: Reading, as: Predecessor): readonly Diagnostic[] {
  return notes(
    reading,
    rules.filter((rule) => rule.as.includes(as)),
  );
}

/** The same for what xinetd would not even have warned of. */
export function silentLosses(reading: Reading): readonly Diagnostic[] {
  const silent = rules.filter((rule) => rule.silent === true);
  return notes({ ...reading, definitions: reading.definitions.filter(({ dialect }) => dialect === 'xinetd') }, silent);
}

function notes({ definitions }: Reading, of: readonly Rule[]): readonly Diagnostic[] {
  return definitions
    .filter(({ settings }) => settings.disable !== true)
    .flatMap((definition) =>
      of.flatMap((rule) => rule.finds(definition).map((name) => note(definition, name, rule.says(name)))),
    );
}

function note({ settings, name, spans, span }: Definition, attribute: AttributeName, message: string): Diagnostic {
  return diagnose('predecessor-differs', spans.get(attribute) ?? span, message, { service: settings.id ?? name });
}
