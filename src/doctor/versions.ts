/** The numbers of the first `1.2.3` in a text, however it goes on; empty where there is none. */
export const versionIn = (text: string): number[] =>
  (/\d+(?:\.\d+)+/.exec(text)?.[0] ?? '').split('.').filter(Boolean).map(Number);

/** Whether `version` is `least` or later. */
export function isAtLeast(version: readonly number[], least: readonly number[]): boolean {
  for (const [index, wanted] of least.entries()) {
    const is = version[index] ?? 0;
    if (is !== wanted) return is > wanted;
  }
  return version.length > 0;
}
