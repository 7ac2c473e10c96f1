import { clock } from '../common/clock.js';
import type { Binding } from './binding.js';
import { isSameDevice } from './register-plan.js';

/** One device that registered, or is no more. */
export interface BindingChange {
  binding: Binding;
  gone: boolean;
  /** Milliseconds since the epoch; of the same device's changes the newest holds. */
  at: number;
}

/**
 * What became of an extension's devices. A change is never older than what it replaces, whatever the clocks of two
 * machines say.
 */
export function changesBetween(before: readonly Binding[], after: readonly Binding[]): BindingChange[] {
  const put = after.filter((binding) => !before.includes(binding));
  const gone = before.filter((binding) => !after.some((one) => isSameDevice(one, binding)));
  return [
    ...gone.map((binding) => ({ binding, gone: true, at: Math.max(clock.now(), binding.registeredAt) })),
    ...put.map((binding) => {
      const replaced = before.filter((one) => isSameDevice(one, binding));
      const at = Math.max(binding.registeredAt, ...replaced.map(({ registeredAt }) => registeredAt));
      return { binding: { ...binding, registeredAt: at }, gone: false, at };
    }),
  ];
}

/** A device whose time is over: gone, unless it has registered again meanwhile. */
export const expiryOf = (binding: Binding): BindingChange => ({
  binding,
  gone: true,
  at: binding.registeredAt,
});

/** The devices with the changes, as far as they are newer. */
export function applyChanges(devices: readonly Binding[], changes: readonly BindingChange[]): Binding[] {
  let result = [...devices];
  for (const change of changes) {
    const same = result.filter((one) => isSameDevice(one, change.binding));
    if (same.some((one) => isNewer(one, change))) continue;
    result = result.filter((one) => !same.includes(one));
    if (!change.gone) result.push(change.binding);
  }
  return result;
}

/** Two changes of one device: the later stands for both. */
export const withChange = (changes: readonly BindingChange[], change: BindingChange): BindingChange[] => [
  ...changes.filter(({ binding }) => !isSameDevice(binding, change.binding)),
  change,
];

/** RFC 3261 §10.3 step 7: within one Call-ID the CSeq decides. */
const isNewer = (stored: Binding, { binding, gone, at }: BindingChange): boolean =>
  !gone && stored.sipCallId === binding.sipCallId && stored.cseq !== binding.cseq
    ? stored.cseq > binding.cseq
    : stored.registeredAt > at;
