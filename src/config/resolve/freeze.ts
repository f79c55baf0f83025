/**
 * Makes a value immutable all the way down. The ServiceTable is shared by everything that runs, and a reload
 * compares the old one with the new one.
 */

/** Freezes plain objects and arrays in place. What is frozen already is taken to be so all the way down. */
export function deepFreeze<Type>(value: Type): Type {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}

/** A copy that throws when somebody tries to change it. */
export function frozenSet<Item>(set: ReadonlySet<Item>): ReadonlySet<Item> {
  const copy = new Set(set);
  for (const method of ['add', 'delete', 'clear'] as const) {
    Object.defineProperty(copy, method, { value: refuseChange, enumerable: false });
  }
  return Object.freeze(copy);
}

function refuseChange(): never {
  throw new TypeError('a set in a ServiceTable cannot be changed');
}
