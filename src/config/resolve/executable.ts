/**
 * What kind of program a file is, from its first bytes as the kernel looks at them: an ELF program (elf(5)), statically
 * or dynamically linked, or a script with its interpreter (the `#!` line, execve(2)).
 */

export type Executable =
  | { readonly kind: 'elf'; readonly loader: string | undefined }
  | { readonly kind: 'script'; readonly interpreter: string; readonly argument: string | undefined }
  | { readonly kind: 'other' };

/** As many bytes as are needed: the kernel reads 256 of a `#!` line, and headers of programs end long before this. */
export const headBytes = 4096;

const interpreterSegment = 3;

/** @param head the first {@link headBytes} of the file, or all of it */
export function executableOf(head: Uint8Array): Executable {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length >= 4 && view.getUint32(0) === 0x7f454c46) return elf(head, view);
  if (head.length >= 2 && view.getUint16(0) === 0x2321) return script(head);
  return { kind: 'other' };
}

/** `loader` is undefined for a static program, and for one whose headers are not where linkers put them. */
function elf(head: Uint8Array, view: DataView): Executable {
  const wide = head[4] === 2;
  const little = head[5] === 1;
  if (head.length < (wide ? 64 : 52)) return { kind: 'other' };
  const word = (at: number): number => (wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little));
  const table = word(wide ? 32 : 28);
  const size = view.getUint16(wide ? 54 : 42, little);
  const count = view.getUint16(wide ? 56 : 44, little);
  for (let index = 0; index < count; index++) {
    const at = table + index * size;
    if (at + (wide ? 56 : 32) > head.length) break;
    if (view.getUint32(at, little) !== interpreterSegment) continue;
    const from = word(at + (wide ? 8 : 4));
    return { kind: 'elf', loader: textAt(head, from, from + word(at + (wide ? 32 : 16)) - 1) };
  }
  return { kind: 'elf', loader: undefined };
}

function script(head: Uint8Array): Executable {
  const end = head.subarray(0, 256).indexOf(0x0a);
  const line = textAt(head, 2, end === -1 ? Math.min(head.length, 256) : end).replace(/^[ \t]+|[ \t]+$/g, '');
  const [, interpreter, argument] = /^([^ \t]+)[ \t]*(.*)$/.exec(line) ?? [];
  if (interpreter === undefined) return { kind: 'other' };
  return { kind: 'script', interpreter, argument: argument === '' ? undefined : argument };
}

function textAt(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.subarray(from, Math.max(from, to))).toString('latin1');
}
