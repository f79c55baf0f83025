/**
 * NetBSD's `.include GLOB`: which files a directive means. Relative patterns stand against the folder of the file
 * that includes; `*`, `?` and `[…]` may be in any component and match no dot at the beginning of a name, as with
 * glob(3). Matches come in byte order.
 */
import { type FileAccess, isDiagnostic } from '../source/mod.ts';

/** A pattern of more components is a mistake, and each may list every folder found so far. */
const mostComponents = 64;
/** More files than that are no configuration. */
const mostFiles = 10_000;

/** Absolute paths; one that has no pattern is there whether or not the file is. */
export function matchingPaths(pattern: string, includer: string, access: FileAccess): readonly string[] {
  const folder = includer.slice(0, includer.lastIndexOf('/') + 1);
  const whole = access.absolute(pattern.startsWith('/') ? pattern : `${folder}${pattern}`);
  const components = whole.split('/').filter((component) => component !== '');
  if (components.length > mostComponents) return [];
  let found: readonly string[] = [''];
  for (const component of components) {
    const test = matcher(component);
    found =
      test === undefined
        ? found.map((path) => `${path}/${component}`)
        : found.flatMap((path) =>
            namesIn(path === '' ? '/' : path, access)
              .filter(test)
              .map((name) => `${path}/${name}`),
          );
    found = found.slice(0, mostFiles);
  }
  return found;
}

function namesIn(path: string, access: FileAccess): readonly string[] {
  const listing = access.list(path);
  return isDiagnostic(listing) ? [] : listing.names;
}

/** undefined for a component without a pattern. */
function matcher(component: string): ((name: string) => boolean) | undefined {
  if (!/[*?[]/.test(component)) return undefined;
  return (name) => (!name.startsWith('.') || component.startsWith('.')) && matches(component, name);
}

/** Without going back further than to the last `*`, so that no pattern takes long. */
function matches(pattern: string, name: string): boolean {
  let [p, n, star, from] = [0, 0, -1, 0];
  while (n < name.length) {
    const one = pattern[p] === '*' ? undefined : oneMatch(pattern, p, name[n] ?? '');
    if (one !== undefined) {
      p = one;
      n++;
    } else if (pattern[p] === '*') {
      star = p++;
      from = n;
    } else if (star !== -1) {
      p = star + 1;
      n = ++from;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Where the pattern goes on when its part at `at` takes the character; undefined when it does not. */
function oneMatch(pattern: string, at: number, character: string): number | undefined {
  if (at >= pattern.length) return undefined;
  if (pattern[at] === '?') return at + 1;
  const close = pattern[at] === '[' ? pattern.indexOf(']', at + 2) : -1;
  if (close === -1) return pattern[at] === character ? at + 1 : undefined;
  const negated = pattern[at + 1] === '!' || pattern[at + 1] === '^';
  const set = pattern.slice(at + (negated ? 2 : 1), close);
  let found = false;
  for (let index = 0; index < set.length; index++) {
    const low = set[index] ?? '';
    const high = set[index + 1] === '-' && index + 2 < set.length ? (set[index + 2] ?? '') : low;
    if (high !== low) index += 2;
    found ||= character >= low && character <= high;
  }
  return found === negated ? undefined : close + 1;
}
