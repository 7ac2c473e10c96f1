interface Place {
  path: string;
  /** Its first heading, in English. */
  heading: string;
}

const COMPANY: Place[] = [
  { path: '/wall', heading: 'Live wall' },
  { path: '/missed', heading: 'Missed clients' },
  { path: '/calls', heading: 'Calls' },
  { path: '/clients', heading: 'Clients' },
  { path: '/recordings', heading: 'Recordings' },
  { path: '/recordings/check', heading: 'Nightly check' },
  { path: '/day', heading: 'Day in figures' },
];

/** Every page of each cabinet. */
export const PAGES = {
  manager: [
    { path: '/debts', heading: 'My debts' },
    { path: '/calls', heading: 'My calls' },
    { path: '/clients', heading: 'Clients' },
  ],
  supervisor: COMPANY,
  admin: [
    ...COMPANY,
    { path: '/set-up', heading: 'First steps' },
    { path: '/password', heading: 'My password' },
    { path: '/company', heading: 'Company' },
    { path: '/people', heading: 'People' },
    { path: '/extensions', heading: 'Extensions' },
    { path: '/devices', heading: 'Devices now' },
    { path: '/groups', heading: 'Ring groups' },
    { path: '/numbers', heading: 'Company numbers' },
    { path: '/prompts', heading: 'Prompts' },
    { path: '/trunks', heading: 'Trunks' },
    { path: '/dialling-rules', heading: 'Dialling rules' },
    { path: '/recording-rules', heading: 'Recording rules' },
    { path: '/holds', heading: 'Legal holds' },
    { path: '/rights', heading: 'Rights' },
    { path: '/ledger', heading: 'Ledger' },
    { path: '/state', heading: 'Health' },
  ],
} satisfies Record<string, Place[]>;
