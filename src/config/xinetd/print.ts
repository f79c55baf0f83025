/**
 * A tree as text again: one attribute a line, comments on lines of their own left out. Reading the text of a
 * tree that has no problems gives the same tree but for offsets; of one that has, what was understood is
 * printed, so whoever prints looks at the problems first.
 */
import type { Assignment, Item, Tree } from './tree.ts';

export function printTree(tree: Tree): string {
  return tree.items.map(printItem).join('\n');
}

function printItem(item: Item): string {
  switch (item.kind) {
    case 'include':
    case 'includedir':
      return `${item.kind} ${item.path.text}\n`;
    case 'service':
      return printBlock(`service ${item.name.text}`, item.assignments);
    case 'defaults':
      return printBlock('defaults', item.assignments);
  }
}

function printBlock(header: string, assignments: readonly Assignment[]): string {
  return `${[header, '{', ...assignments.map((assignment) => `\t${printAssignment(assignment)}`), '}'].join('\n')}\n`;
}

/** Values keep their distance: between quotes it counts. */
function printAssignment({ attribute, operator, values, comment }: Assignment): string {
  const start = values[0]?.start ?? 0;
  const line = values.reduce((text, word) => text.padEnd(word.start - start) + word.text, '');
  return [attribute.text, operator, ...(line === '' ? [] : [line]), ...comment.map(({ text }) => text)].join(' ');
}
