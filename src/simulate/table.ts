/** Rows as lines of text: a head, a rule, and a line for each; columns as wide as their widest cell. */
export function tableOf(rows: readonly Record<string, string>[]): string[] {
  const names = Object.keys(rows[0] ?? {});
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => (row[name] ?? '').length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [
    line(names),
    line(widths.map((width) => '─'.repeat(width))),
    ...rows.map((row) => line(names.map((name) => row[name] ?? ''))),
  ];
}
