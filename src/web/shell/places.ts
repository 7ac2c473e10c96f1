import type { LucideIcon } from 'lucide-react';
import ListTodo from 'lucide-react/icons/list-todo';
import PhoneCall from 'lucide-react/icons/phone-call';
import type { Role } from '../../contracts/identity.js';
import type { Texts } from '../i18n/en.js';

type Nav = keyof Texts['nav'];

export interface Place {
  to: string;
  name: Nav;
  icon: LucideIcon;
  /** For whom it stands in the menu. */
  roles: readonly Role[];
  /** A right without which the page has nothing to show. */
  right: string;
}

export interface Section {
  name: Nav;
  places: readonly Place[];
}

/** Every page of the menu, in its order. The pages themselves are in routes.tsx. */
export const SECTIONS: readonly Section[] = [
  {
    name: 'work',
    places: [
      { to: '/debts', name: 'debts', icon: ListTodo, roles: ['manager'], right: 'follow-ups.read' },
      { to: '/calls', name: 'myCalls', icon: PhoneCall, roles: ['manager'], right: 'calls.read' },
    ],
  },
  {
    name: 'supervision',
    places: [
      { to: '/calls', name: 'calls', icon: PhoneCall, roles: ['supervisor', 'admin'], right: 'calls.read' },
    ],
  },
];

/** Where each role begins. */
export const START: Record<Role, string> = { manager: '/debts', supervisor: '/calls', admin: '/calls' };

export const placesFor = (role: Role, rights: readonly string[]): Section[] =>
  SECTIONS.map(({ name, places }) => ({
    name,
    places: places.filter((place) => place.roles.includes(role) && rights.includes(place.right)),
  })).filter(({ places }) => places.length > 0);
