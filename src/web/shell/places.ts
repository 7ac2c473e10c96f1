import type { LucideIcon } from 'lucide-react';
import BookOpen from 'lucide-react/icons/book-open';
import Building2 from 'lucide-react/icons/building-2';
import Cable from 'lucide-react/icons/cable';
import Hash from 'lucide-react/icons/hash';
import HeartPulse from 'lucide-react/icons/heart-pulse';
import ListChecks from 'lucide-react/icons/list-checks';
import Megaphone from 'lucide-react/icons/megaphone';
import KeyRound from 'lucide-react/icons/key-round';
import MonitorSmartphone from 'lucide-react/icons/monitor-smartphone';
import Smartphone from 'lucide-react/icons/smartphone';
import UserRound from 'lucide-react/icons/user-round';
import UsersRound from 'lucide-react/icons/users-round';
import ChartColumn from 'lucide-react/icons/chart-column';
import Disc3 from 'lucide-react/icons/disc-3';
import ListTodo from 'lucide-react/icons/list-todo';
import PhoneCall from 'lucide-react/icons/phone-call';
import PhoneMissed from 'lucide-react/icons/phone-missed';
import PhoneOutgoing from 'lucide-react/icons/phone-outgoing';
import Rocket from 'lucide-react/icons/rocket';
import Radio from 'lucide-react/icons/radio';
import Scale from 'lucide-react/icons/scale';
import Users from 'lucide-react/icons/users';
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

const OVERSEERS: readonly Role[] = ['supervisor', 'admin'];

/** Every page of the menu, in its order. The pages themselves are in routes.tsx. */
export const SECTIONS: readonly Section[] = [
  {
    name: 'work',
    places: [
      { to: '/debts', name: 'debts', icon: ListTodo, roles: ['manager'], right: 'follow-ups.read' },
      { to: '/calls', name: 'myCalls', icon: PhoneCall, roles: ['manager'], right: 'calls.read' },
      { to: '/clients', name: 'clients', icon: Users, roles: ['manager'], right: 'clients.read' },
    ],
  },
  {
    name: 'supervision',
    places: [
      { to: '/wall', name: 'wall', icon: Radio, roles: OVERSEERS, right: 'calls.read' },
      { to: '/missed', name: 'missed', icon: PhoneMissed, roles: OVERSEERS, right: 'follow-ups.read' },
      { to: '/calls', name: 'calls', icon: PhoneCall, roles: OVERSEERS, right: 'calls.read' },
      { to: '/clients', name: 'clients', icon: Users, roles: OVERSEERS, right: 'clients.read' },
      { to: '/recordings', name: 'recordings', icon: Disc3, roles: OVERSEERS, right: 'recordings.read' },
      { to: '/day', name: 'day', icon: ChartColumn, roles: OVERSEERS, right: 'figures.read' },
    ],
  },
  {
    name: 'setup',
    places: [
      { to: '/set-up', name: 'setUp', icon: Rocket, roles: ['admin'], right: 'provisioning.change' },
      { to: '/company', name: 'company', icon: Building2, roles: ['admin'], right: 'provisioning.read' },
      { to: '/people', name: 'people', icon: UserRound, roles: ['admin'], right: 'people.read' },
      {
        to: '/extensions',
        name: 'extensions',
        icon: Smartphone,
        roles: ['admin'],
        right: 'provisioning.read',
      },
      {
        to: '/devices',
        name: 'devices',
        icon: MonitorSmartphone,
        roles: ['admin'],
        right: 'provisioning.read',
      },
      { to: '/groups', name: 'groups', icon: UsersRound, roles: ['admin'], right: 'provisioning.read' },
      { to: '/numbers', name: 'numbers', icon: Hash, roles: ['admin'], right: 'provisioning.read' },
      { to: '/prompts', name: 'prompts', icon: Megaphone, roles: ['admin'], right: 'provisioning.read' },
      { to: '/trunks', name: 'trunks', icon: Cable, roles: ['admin'], right: 'provisioning.read' },
      {
        to: '/dialling-rules',
        name: 'diallingRules',
        icon: PhoneOutgoing,
        roles: ['admin'],
        right: 'provisioning.read',
      },
      {
        to: '/recording-rules',
        name: 'recordingRules',
        icon: ListChecks,
        roles: ['admin'],
        right: 'provisioning.read',
      },
      { to: '/holds', name: 'holds', icon: Scale, roles: ['admin'], right: 'recordings.hold' },
      { to: '/rights', name: 'rights', icon: KeyRound, roles: ['admin'], right: 'people.read' },
      { to: '/ledger', name: 'ledger', icon: BookOpen, roles: ['admin'], right: 'ledger.read' },
      { to: '/state', name: 'health', icon: HeartPulse, roles: ['admin'], right: 'provisioning.read' },
    ],
  },
];

/** Where each role begins. */
export const START: Record<Role, string> = { manager: '/debts', supervisor: '/wall', admin: '/wall' };

export const placesFor = (role: Role, rights: readonly string[]): Section[] =>
  SECTIONS.map(({ name, places }) => ({
    name,
    places: places.filter((place) => place.roles.includes(role) && rights.includes(place.right)),
  })).filter(({ places }) => places.length > 0);
