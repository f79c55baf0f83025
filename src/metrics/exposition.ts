/**
 * The text exposition format of Prometheus, version 0.0.4: HELP and TYPE for each family that has samples, then these.
 * Everything is ASCII: what is not in the value of a label is written as `\xNN`.
 */
import { type FamilyName, families } from './families.ts';
import type { Histogram } from './histogram.ts';

type Labels = Readonly<Record<string, string>>;

export class Exposition {
  readonly #samples = new Map<FamilyName, string[]>();

  /** @param value a number; true and false are 1 and 0 */
  add(name: FamilyName, value: number | boolean, labels: Labels = {}): void {
    this.#linesOf(name).push(`${name}${labelText(labels)} ${Number(value)}\n`);
  }

  /** Nothing of one that has observed nothing. */
  addHistogram(name: FamilyName, histogram: Histogram, labels: Labels): void {
    const { bounds, cumulative, count, sum } = histogram;
    if (count === 0) return;
    const lines = this.#linesOf(name);
    for (const [index, reached] of cumulative.entries()) {
      const le = bounds[index]?.toString() ?? '+Inf';
      lines.push(`${name}_bucket${labelText({ ...labels, le })} ${reached}\n`);
    }
    lines.push(`${name}_sum${labelText(labels)} ${sum}\n`, `${name}_count${labelText(labels)} ${count}\n`);
  }

  /** In the order of the families. */
  toString(): string {
    let text = '';
    for (const [name, { kind, help }] of Object.entries(families)) {
      const lines = isFamily(name) ? this.#samples.get(name) : undefined;
      if (lines !== undefined) text += `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${lines.join('')}`;
    }
    return text;
  }

  #linesOf(name: FamilyName): string[] {
    const lines = this.#samples.get(name) ?? [];
    this.#samples.set(name, lines);
    return lines;
  }
}

function isFamily(name: string): name is FamilyName {
  return Object.hasOwn(families, name);
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeValue(value: string): string {
  return value.replace(/[^ !#-[\]-~]/g, (character) => {
    if (character === '"') return '\\"';
    if (character === '\\') return '\\\\';
    if (character === '\n') return '\\n';
    return `\\\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`;
  });
}
