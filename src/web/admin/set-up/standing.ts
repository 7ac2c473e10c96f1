import type { Company, CompanyNumber, RingGroup, Trunk } from '../../../contracts/provisioning.js';

export const STEPS = ['company', 'trunk', 'number', 'people'] as const;
export type Step = (typeof STEPS)[number];

/** What a system that was never set up calls its company (src/provisioning/first-start.ts). */
const UNNAMED = 'Company';

export interface Standing {
  done: Readonly<Record<Step, boolean>>;
  /** The company number that is set up, and the group that answers it. */
  number: CompanyNumber | undefined;
  group: RingGroup | undefined;
}

/** How far the set-up has come, seen from what there is. */
export function standingOf(there: {
  company: Company;
  trunks: readonly Trunk[];
  numbers: readonly CompanyNumber[];
  groups: readonly RingGroup[];
}): Standing {
  const own = there.numbers.filter(({ isProxy }) => !isProxy);
  const number = own.find(({ groupId }) => groupId !== null) ?? own[0];
  const group = there.groups.find(({ id }) => id === number?.groupId);
  return {
    done: {
      company: there.company.name !== UNNAMED,
      trunk: there.trunks.some(({ enabled }) => enabled),
      number: group !== undefined,
      people: (group?.memberIds.length ?? 0) > 0,
    },
    number,
    group,
  };
}
