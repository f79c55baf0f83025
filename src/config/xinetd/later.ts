/** What a definition asks for that this version does not do; the knowledge is in the attribute table. */
import type { AttributeName, Definition, Settings } from '../definition.ts';
import type { Span } from '../source/mod.ts';
import { attributeNames, attributes } from './attributes/mod.ts';

export interface LaterUse {
  readonly attribute: AttributeName;
  readonly span: Span;
  /** For a person, such as `flag SENSOR`. */
  readonly what: string;
}

const maybeLater = attributeNames().filter((name) => attributes[name].later !== undefined);

/** In the order of the table; empty when everything about the definition can be done. */
export function laterUses(definition: Pick<Definition, 'settings' | 'spans' | 'span'>): readonly LaterUse[] {
  return maybeLater.flatMap((name) => {
    if (definition.settings[name] === undefined) return [];
    const span = definition.spans.get(name) ?? definition.span;
    return usesOf(name, definition.settings).map((what) => ({ attribute: name, span, what }));
  });
}

function usesOf<K extends AttributeName>(name: K, settings: Settings): readonly string[] {
  const value: Settings[K] = settings[name];
  return value === undefined ? [] : (attributes[name].later?.uses(value) ?? []);
}
