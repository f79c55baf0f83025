/**
 * Files that belong together: all of them are written, or none. Each is written beside its place first, and takes it
 * only when all are complete; one that is there already is not touched unless that is asked for.
 */
import { linkSync, mkdirSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * @param output a folder, which is made if it is to be one and is not there; else the path of the one file
 * @param files texts by name, as bytes
 * @param over whether files that are there are written over
 * @returns what is wrong, when nothing has been written
 */
export function writeTogether(
  output: string,
  files: ReadonlyMap<string, string>,
  { folder, over }: { readonly folder: boolean; readonly over: boolean },
): string | undefined {
  const written: string[] = [];
  try {
    if (folder) mkdirSync(output, { recursive: true });
    const inside = folder || statSync(output, { throwIfNoEntry: false })?.isDirectory() === true;
    const places = [...files].map(([name, text]) => {
      const place = inside ? join(output, name) : output;
      return { place, beside: join(dirname(place), `.${basename(place)}.${process.pid}.new`), text };
    });
    for (const { place } of places) {
      const problem = obstacle(place, over);
      if (problem !== undefined) return problem;
    }
    for (const { place, beside, text } of places) {
      // What nobody else may read stays so.
      const mode = (statSync(place, { throwIfNoEntry: false })?.mode ?? 0o666) & 0o777;
      writeFileSync(beside, text, { flag: 'wx', encoding: 'latin1', mode });
      written.push(beside);
    }
    if (over) for (const { place, beside } of places) renameSync(beside, place);
    else putAll(places);
    return undefined;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return error.message;
  } finally {
    for (const path of written) remove(path);
  }
}

function obstacle(place: string, over: boolean): string | undefined {
  const there = statSync(place, { throwIfNoEntry: false });
  if (there === undefined) return undefined;
  if (!over) return `${place} is there already (--force writes over files that are there)`;
  return there.isFile() ? undefined : `${place} is there already, and no file`;
}

/** Somebody may have put a file there meanwhile, which link(2) tells and rename(2) would not. */
function putAll(places: readonly { readonly place: string; readonly beside: string }[]): void {
  const put: string[] = [];
  try {
    for (const { place, beside } of places) {
      linkSync(beside, place);
      put.push(place);
    }
  } catch (error) {
    for (const place of put) remove(place);
    throw error;
  }
}

/** What is gone already needs no removing. */
function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
