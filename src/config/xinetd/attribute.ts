/**
 * What an attribute is: the shape of an entry of the attribute table, and the four ways to make one.
 *
 * `one` and `two` take exactly that many values, `some` one or more; all three take `=` alone and stand once
 * in an entry. A `list` takes any number of values, `=`, `+=` and (mostly) `-=`, and may be repeated. These
 * are xinetd's classes; only in `some` and `list` is a word that begins with `#` a value, unless none can be one.
 */
import type { AttributeName, Settings } from '../definition.ts';
import { type DiagnosticCode, quote } from '../diagnostic/mod.ts';
import type { Operator, Word } from './tree.ts';

export type Value<K extends AttributeName> = NonNullable<Settings[K]>;

/**
 * Tells what is wrong with a value; undefined is all the values together. After an error the parser of the
 * value returns undefined, after a warning or a note it goes on.
 */
export type Report = (code: DiagnosticCode, at: Word | undefined, message: string, help?: string) => void;

/** A value that is one of a few words. */
export interface WordEntry<W extends string> {
  readonly word: W;
  readonly documentation: string;
  /** Accepted, with this said about it. */
  readonly remark?: { readonly code: DiagnosticCode; readonly message: string };
}

export interface Description {
  readonly aliases?: readonly string[];
  readonly places: 'service' | 'defaults' | 'both';
  /** The values, as a manual page writes them. */
  readonly syntax: string;
  /** What holds where the attribute is not written. */
  readonly default: string;
  /** Paragraphs; words in backquotes are literal. */
  readonly documentation: readonly string[];
  readonly example: string;
  readonly words?: readonly WordEntry<string>[];
  /** No value begins with a `#`, so that it begins a comment, whatever the number of values. */
  readonly commentable?: true;
  /** Values may be quoted (quoting.ts), so that a word that begins with a `#` may be the middle of one. */
  readonly quotable?: true;
}

export interface PlainAttribute<V> extends Description {
  readonly arity: 'one' | 'two' | 'some';
  /** The number of values has been checked. */
  parse(values: readonly Word[], report: Report): V | undefined;
}

export interface ListAttribute<V> extends Description {
  readonly arity: 'list';
  readonly removable: boolean;
  /** Begins with what `defaults` has; undefined where it has nothing. */
  start(from: V | undefined): ListInMaking<V>;
}

/** A list while the lines of an entry change it. */
export interface ListInMaking<V> {
  apply(operator: Operator, values: readonly Word[], report: Report): void;
  value(): V;
}

export type Attribute<V> = PlainAttribute<V> | ListAttribute<V>;

export type AttributeTable = { readonly [K in AttributeName]: Attribute<Value<K>> };

export function one<V>(
  description: Description & { parse(value: Word, report: Report): V | undefined },
): PlainAttribute<V> {
  return { ...description, arity: 'one', parse: ([value], report) => value && description.parse(value, report) };
}

export function two<V>(
  description: Description & { parse(first: Word, second: Word, report: Report): V | undefined },
): PlainAttribute<V> {
  return {
    ...description,
    arity: 'two',
    parse: ([first, second], report) => first && second && description.parse(first, second, report),
  };
}

export function some<V>(description: Omit<PlainAttribute<V>, 'arity'>): PlainAttribute<V> {
  return { ...description, arity: 'some' };
}

export interface ListDescription<V, Item> extends Description {
  readonly removable: boolean;
  /** One word may stand for several items (`10.1.{2,3}`). */
  readonly parse: (value: Word, report: Report) => readonly Item[] | undefined;
  /** Items with the same key are the same. */
  readonly key: (item: Item) => string;
  readonly gather: (items: Iterable<Item>) => V;
  readonly spread: (value: V) => Iterable<Item>;
}

export function list<V, Item>(description: ListDescription<V, Item>): ListAttribute<V> {
  const { parse, key, gather, spread } = description;
  return {
    ...description,
    arity: 'list',
    start: (from) => {
      const items = new Map<string, Item>();
      for (const item of from === undefined ? [] : spread(from)) items.set(key(item), item);
      return {
        apply: (operator, values, report) => {
          if (operator === '=') items.clear();
          for (const word of values) {
            for (const item of parse(word, report) ?? []) {
              if (operator !== '-=') items.set(key(item), item);
              else if (!items.delete(key(item))) {
                report('nothing-removed', word, `${quote(word.text)} is not in the list that it is taken out of`);
              }
            }
          }
        },
        value: () => gather(items.values()),
      };
    },
  };
}
