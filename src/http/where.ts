/** Conditions of a query and their values, numbered as PostgreSQL wants them. */
export class Where {
  readonly values: unknown[] = [];
  private readonly conditions: string[] = [];

  /**
   * Adds a condition, unless its value is undefined or null: a filter that was not given filters nothing.
   * @param condition SQL with `?` wherever the value goes
   */
  and(condition: string, value: unknown): this {
    if (value === undefined || value === null) return this;
    const place = this.place(value);
    this.conditions.push(`(${condition.replaceAll('?', () => place)})`);
    return this;
  }

  /** A condition of several values, one for each `?`; none for one that stands for itself. */
  andAll(condition: string, values: readonly unknown[] | undefined): this {
    if (values === undefined) return this;
    const given = [...values];
    this.conditions.push(`(${condition.replaceAll('?', () => this.place(given.shift()))})`);
    return this;
  }

  /** Adds a value. @returns its placeholder */
  place(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  toString(): string {
    return this.conditions.length === 0 ? 'true' : this.conditions.join(' AND ');
  }
}
