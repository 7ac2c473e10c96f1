/**
 * Promise.all that fails only once nothing is under way any more: of what shares a transaction, nothing may be sent behind
 * the rollback, when its connection is another's.
 * @throws the first error of them
 */
export async function allEnded<T extends readonly unknown[]>(
  promises: T,
): Promise<{ -readonly [I in keyof T]: Awaited<T[I]> }> {
  const all = Promise.all(promises);
  all.catch(() => undefined); // told below
  await Promise.allSettled(promises);
  return all;
}
