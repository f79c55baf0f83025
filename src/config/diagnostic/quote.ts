/** Words of a file inside a message: cut short, for a word may be megabytes long. */

export function quote(text: string): string {
  return `'${shorten(text, 60)}'`;
}

/** At most `longest` characters of a text, with an ellipsis where something is missing. */
export function shorten(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
