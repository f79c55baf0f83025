/**
 * Makes a value immutable all the way down. The ServiceTable is shared by everything that runs, and a reload
 * compares the old one with the new one.
 */

/**
 * Freezes plain objects, arrays and sets in place: the readers hand out values and do not change them after.
 * What is frozen already is taken to be so all the way down, so what thousands of services inherit costs once.
 */
export function deepFreeze<Type>(value: Type): Type {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Set) Object.setPrototypeOf(value, FrozenSet.prototype);
  Object.freeze(value);
  for (const name in value) {
    const part = value[name];
    if (typeof part === 'object') deepFreeze(part);
  }
  return value;
}

/** Object.freeze does not reach what a set holds. A prototype for all of them costs less than methods for each. */
class FrozenSet<Item> extends Set<Item> {
  override add(): never {
    return refuseChange();
  }

  override delete(): never {
    return refuseChange();
  }

  override clear(): never {
    return refuseChange();
  }
}

function refuseChange(): never {
  throw new TypeError('a set in a ServiceTable cannot be changed');
}
