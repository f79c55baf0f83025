/**
 * What matching a pattern can come to: yes, no, "that depends on the name of an address, which is not known yet", or
 * "that cannot be known". Combined as in Kleene's logic, so that a name is asked for only when the outcome depends on it.
 */

export type Answer =
  | 'yes'
  | 'no'
  /** The client's address is hidden, or its name could not be found out. */
  | 'blind'
  /** The name of this address decides. */
  | { readonly ask: string };

/** Whether any of these is so; later ones are not looked at when one is. */
export function any<Item>(items: Iterable<Item>, test: (item: Item) => Answer): Answer {
  let open: Answer = 'no';
  for (const item of items) {
    const answer = test(item);
    if (answer === 'yes') return 'yes';
    if (answer !== 'no' && typeof open !== 'object') open = answer;
  }
  return open;
}

/** Whether both are so; the second is not looked at when the first is not. */
export function both(first: Answer, second: () => Answer): Answer {
  if (first === 'no') return 'no';
  const other = second();
  if (other === 'no' || first === 'yes') return other;
  return typeof first === 'object' || other === 'yes' ? first : other;
}

export function not(answer: Answer): Answer {
  if (answer === 'yes') return 'no';
  return answer === 'no' ? 'yes' : answer;
}
