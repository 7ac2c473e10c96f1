import type { CallsQuery } from '../../contracts/calls.js';

export type CallsFilter = Partial<
  Pick<CallsQuery, 'from' | 'to' | 'outcome' | 'direction' | 'manager' | 'clientCode'>
>;

/** The page of calls, narrowed. */
export const callsLink = (filter: CallsFilter): string =>
  `/calls?${new URLSearchParams(filter as Record<string, string>)}`;
