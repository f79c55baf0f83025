/** What a target cannot say. */
import { type AttributeName, type Definition, locate, type Span, visible } from '../config/mod.ts';
import { bytesOf } from './text.ts';

export interface Loss {
  /** Its id; undefined: all services, or `defaults`. */
  readonly service: string | undefined;
  /** undefined: the whole service, which is not converted. */
  readonly attribute: AttributeName | undefined;
  readonly why: string;
  readonly file: string;
  readonly line: number;
}

export interface Converted {
  /** Texts by file name, as bytes: one a character. */
  readonly files: ReadonlyMap<string, string>;
  readonly losses: readonly Loss[];
}

/** Why something is lost, where the service and the place are known. */
export interface Lost {
  readonly attribute: AttributeName;
  readonly why: string;
}

export function lossOf(
  id: string,
  { spans, span }: Definition,
  attribute: AttributeName | undefined,
  why: string,
): Loss {
  const place = attribute === undefined ? span : (spans.get(attribute) ?? span);
  return { service: id, attribute, why, ...placeOf(place) };
}

export function placeOf({ file, start }: Span): Pick<Loss, 'file' | 'line'> {
  return { file: file.path, line: locate(file, start).line };
}

/** The comment that stands in its place, as bytes. */
export function commentOf({ attribute, why, file, line }: Pick<Loss, 'attribute' | 'why' | 'file' | 'line'>): string {
  return bytesOf(visible(`# Not expressed: ${attribute ?? ''} (${file}:${line}): ${why}`));
}
