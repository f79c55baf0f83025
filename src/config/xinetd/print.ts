/**
 * A tree as text again: one attribute a line, comments on lines of their own left out but for those that whoever made the
 * tree has put there. Reading the text of a tree that has no problems gives the same tree but for offsets; of one that
 * has, what was understood is printed, so whoever prints looks at the problems first.
 */
import type { Assignment, DefaultsEntry, Item, ServiceEntry, Tree } from './tree.ts';

export function printTree(tree: Tree): string {
  return tree.items.map(printItem).join('\n');
}

function printItem(item: Item): string {
  switch (item.kind) {
    case 'include':
    case 'includedir':
      return `${item.kind} ${item.path.text}\n`;
    case 'service':
      return printBlock(`service ${item.name.text}`, item);
    case 'defaults':
      return printBlock('defaults', item);
  }
}

function printBlock(header: string, { assignments, above = [], below = [] }: ServiceEntry | DefaultsEntry): string {
  const body = assignments.flatMap((assignment) => [...(assignment.above ?? []), printAssignment(assignment)]);
  const lines = [...above, header, '{', ...[...body, ...below].map((line) => `\t${line}`), '}'];
  return `${lines.join('\n')}\n`;
}

/** Values keep their distance: between quotes it counts. */
function printAssignment({ attribute, operator, values, comment }: Assignment): string {
  const start = values[0]?.start ?? 0;
  const line = values.reduce((text, word) => text.padEnd(word.start - start) + word.text, '');
  return [attribute.text, operator, ...(line === '' ? [] : [line]), ...comment.map(({ text }) => text)].join(' ');
}
