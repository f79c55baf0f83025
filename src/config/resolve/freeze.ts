/**
 * Makes a value immutable all the way down. The ServiceTable is shared by everything that runs, and a reload
 * compares the old one with the new one.
 */

/** Freezes plain objects and arrays in place. What is frozen already is taken to be so all the way down. */
export function deepFreeze<Type>(value: Type): Type {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const name in value) {
    const part = value[name];
    if (typeof part === 'object') deepFreeze(part);
  }
  return value;
}

/**
 * Makes copies of sets that throw when somebody tries to change them. A set that thousands of services inherit
 * from defaults is copied once: readers do not change a set after they have handed it out.
 */
export function setFreezer<Item>(): (set: ReadonlySet<Item>) => ReadonlySet<Item> {
  const copies = new WeakMap<ReadonlySet<Item>, ReadonlySet<Item>>();
  return (set) => {
    const known = copies.get(set);
    if (known !== undefined) return known;
    const copy = new Set(set);
    for (const method of ['add', 'delete', 'clear'] as const) {
      Object.defineProperty(copy, method, { value: refuseChange, enumerable: false });
    }
    copies.set(set, Object.freeze(copy));
    // A copy of the copy is the copy itself.
    copies.set(copy, copy);
    return copy;
  };
}

function refuseChange(): never {
  throw new TypeError('a set in a ServiceTable cannot be changed');
}
