/** A word of a file inside a message: in quotes, and cut short, for a word may be megabytes long. */
const longest = 60;

export function quote(text: string): string {
  return text.length <= longest ? `'${text}'` : `'${text.slice(0, longest)}…'`;
}
