/**
 * The attributes of an entry one by one, as the attribute table has them: what holds, and where that is written. Of a
 * list the whole value is shown, with every line that has a part in it; of others the words as they were written.
 */
import type { AttributeName, Definition } from './definition.ts';
import { locate, type Span } from './source/mod.ts';
import { attributeNames, attributes, type Defaults } from './xinetd/mod.ts';

export interface SettingPlace {
  readonly file: string;
  readonly line: number;
  readonly defaults: boolean;
}

export interface SettingRow {
  readonly name: AttributeName;
  /** One line; what is not written has the words of the manual about its default. */
  readonly value: string;
  /** Empty: written nowhere. Several only for lists, those of defaults first. */
  readonly places: readonly SettingPlace[];
}

/** In the order of the manual: of an inetd.conf line those that it says, of other entries all. */
export function settingRows(definition: Definition, defaults: Defaults): readonly SettingRow[] {
  return attributeNames().flatMap((name): readonly SettingRow[] => {
    if (attributes[name].places === 'defaults') return [];
    const span = definition.spans.get(name);
    const value = definition.settings[name];
    if (value === undefined) {
      return definition.dialect === 'inetd'
        ? []
        : [{ name, value: attributes[name].default.replaceAll('`', ''), places: [] }];
    }
    const spans = definition.listSpans?.get(name) ?? (span === undefined ? [] : [span]);
    const ofDefaults = new Set([defaults.spans.get(name), ...(defaults.listSpans.get(name) ?? [])]);
    const places = spans.map((each) => ({
      file: each.file.path,
      line: locate(each.file, each.start).line,
      defaults: ofDefaults.has(each),
    }));
    const asWritten = definition.dialect === 'xinetd' && attributes[name].arity !== 'list' ? written(span) : undefined;
    return [{ name, value: asWritten ?? valueText(value) ?? '', places }];
  });
}

function written(span: Span | undefined): string | undefined {
  return span?.file.text
    .slice(span.start, span.end)
    .replace(/^\S+\s*[+-]?=\s*/, '')
    .replace(/\s+/g, ' ');
}

/** Undefined where only the text itself says it. */
function valueText(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const items = value instanceof Set ? [...value] : Array.isArray(value) ? value : undefined;
  const words = items?.map(wordOf);
  return words?.every((word) => word !== undefined) ? words.join(' ') : undefined;
}

/** An item of a list: a word, an address, or a name. */
function wordOf(item: unknown): string | undefined {
  if (typeof item === 'string') return item;
  if (typeof item !== 'object' || item === null) return undefined;
  if ('network' in item) return wordOf(item.network);
  const word = 'text' in item ? item.text : 'name' in item ? item.name : 'suffix' in item ? item.suffix : undefined;
  return typeof word === 'string' ? word : undefined;
}
