import { createBrowserRouter, type RouteObject } from 'react-router';
import { Crashed, NotFound, Start } from './shell/not-found.js';
import { Shell } from './shell/shell.js';

/** A page that is loaded when it is first opened. */
const page = (path: string, load: () => Promise<{ default: React.ComponentType }>): RouteObject => ({
  path,
  lazy: async () => ({ Component: (await load()).default }),
});

export const router = createBrowserRouter([
  {
    HydrateFallback: () => null,
    ErrorBoundary: Crashed,
    children: [page('try', () => import('./try/try.js'))],
  },
  {
    Component: Shell,
    HydrateFallback: () => null,
    children: [
      {
        ErrorBoundary: Crashed,
        children: [
          { index: true, Component: Start },
          page('debts', () => import('./manager/debts.js')),
          page('calls', () => import('./manager/calls.js')),
          page('calls/:id', () => import('./manager/call.js')),
          page('clients', () => import('./manager/clients.js')),
          page('clients/:id', () => import('./manager/client.js')),
          page('wall', () => import('./supervisor/wall.js')),
          page('missed', () => import('./supervisor/missed.js')),
          page('recordings', () => import('./supervisor/recordings.js')),
          page('recordings/check', () => import('./supervisor/reconciliation.js')),
          page('day', () => import('./supervisor/day.js')),
          page('set-up', () => import('./admin/set-up/set-up.js')),
          page('password', () => import('./shell/password.js')),
          page('people', () => import('./admin/people.js')),
          page('extensions', () => import('./admin/extensions.js')),
          page('devices', () => import('./admin/devices.js')),
          page('groups', () => import('./admin/groups.js')),
          page('numbers', () => import('./admin/numbers.js')),
          page('prompts', () => import('./admin/prompts.js')),
          page('trunks', () => import('./admin/trunks.js')),
          page('recording-rules', () => import('./admin/recording-rules.js')),
          page('holds', () => import('./admin/holds.js')),
          page('dialling-rules', () => import('./admin/dialling-rules.js')),
          page('company', () => import('./admin/company.js')),
          page('rights', () => import('./admin/rights.js')),
          page('ledger', () => import('./admin/ledger.js')),
          page('state', () => import('./admin/health.js')),
          { path: '*', Component: NotFound },
        ],
      },
    ],
  },
]);
