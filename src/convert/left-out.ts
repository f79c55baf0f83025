/** An entry that is not converted, as comments in the place of it: why, and the lines that it had. */
import { visible } from '../config/mod.ts';
import type { Loss } from './loss.ts';
import type { Remarks, SourceEntry } from './source.ts';
import { bytesOf } from './text.ts';

/** Why an entry that does not run here has nothing to be converted to. */
export function reasonOf({ state, problems }: SourceEntry): string {
  if (state === 'disabled') return 'it is switched off';
  return `it is refused: ${problems.map(({ message }) => message).join('; ')}`;
}

/** Lines, as bytes. */
export function leftOut({ id, remarks, lines }: SourceEntry, { why, file, line }: Loss): readonly string[] {
  return [
    ...allRemarks(remarks),
    bytesOf(visible(`# Not converted: service ${id} (${file}:${line}): ${why}`)),
    ...lines.filter((each) => !/^\s*(#|$)/.test(each)).map((each) => `#| ${each}`),
  ];
}

export function allRemarks({ above, inside, below }: Remarks): readonly string[] {
  return [...above, ...[...inside.values()].flat(), ...below];
}
