/** Ring these phones. `in_turn` rings one extension after another, each for `timeoutMs`; `all` rings them at once. */
export interface RingStep {
  do: 'ring';
  /**
   * Why these: the client talked with him a short while ago, he is the client's own manager, the number's group, the
   * group it overflows to, or a transfer to them.
   */
  why: 'talked' | 'assigned' | 'group' | 'overflow' | 'transfer';
  order: 'all' | 'in_turn';
  extensionIds: readonly string[];
  timeoutMs: number;
}

/** Say something to the caller: the name of a prompt. */
export interface AnnounceStep {
  do: 'announce';
  prompt: string;
}

/** What can be done with a call, one after another; whoever adds a kind is shown every place that must know it. */
export type Step = RingStep | AnnounceStep;

export type RoutePlan = readonly Step[];
