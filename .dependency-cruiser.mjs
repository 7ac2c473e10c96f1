// Imports point one way (docs/architecture.md). Each rule says why.
const below = {
  contracts: [],
  common: [],
  database: ['common'],
  ledger: ['common', 'database'],
  http: ['common', 'contracts', 'database'],
  identity: ['common', 'contracts', 'database', 'http', 'ledger'],
  provisioning: ['common', 'contracts', 'database', 'http', 'ledger', 'identity'],
  health: ['common', 'contracts', 'database', 'http', 'ledger', 'identity'],
  jobs: ['common', 'database'],
  sip: ['common', 'contracts', 'database', 'ledger', 'jobs', 'identity', 'provisioning'],
  media: ['common', 'contracts', 'database', 'http', 'ledger', 'identity', 'provisioning', 'sip'],
  clients: ['common', 'contracts', 'database', 'http', 'ledger', 'jobs', 'identity', 'provisioning'],
  routing: ['common', 'contracts', 'database', 'ledger', 'identity', 'provisioning', 'clients', 'sip'],
  calls: [
    'common',
    'contracts',
    'database',
    'http',
    'ledger',
    'identity',
    'jobs',
    'provisioning',
    'sip',
    'media',
    'clients',
    'routing',
  ],
  embedded: ['common'],
};
const tops = ['follow-ups', 'recordings', 'supervision', 'phone', 'reports', 'integrations'];
for (const top of tops)
  below[top] = [...Object.keys(below).filter((f) => f !== 'embedded'), ...tops.filter((t) => t !== top)];
below.web = ['contracts'];
below['rotate-key'] = [
  'common',
  'database',
  'ledger',
  'provisioning',
  'clients',
  'calls',
  'recordings',
  'embedded',
];
below.doctor = ['common', 'database', 'provisioning', 'embedded', 'simulate'];

const oneWay = Object.entries(below).map(([folder, allowed]) => ({
  name: `${folder}-imports-downwards`,
  comment: 'A call is followed from the top down; what lies below never knows who calls it.',
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/[^/]+/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
}));

const onlyImporter = (name, module, folder, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${folder}/` },
  to: { path: `node_modules/${module}` },
});

export default {
  forbidden: [
    ...oneWay,
    {
      name: 'no-circular',
      comment: 'A circle has no first line to read.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    onlyImporter('srf-in-sip-only', 'drachtio-srf/', 'sip', 'One folder speaks drachtio.'),
    onlyImporter('esl-in-media-only', '(modesl|drachtio-fsmrf)/', 'media', 'One folder speaks ESL.'),
    {
      name: 'engine-apart',
      comment:
        'The embedded engine is reached over its wire protocols, never by import; the phones of simulate and the doctor are no part of the control plane.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(embedded|simulate|doctor)/' },
      to: { path: '^src/embedded/', pathNot: '^src/embedded/(embedded-boxes|postgres)' },
    },
    {
      name: 'browsers-apart',
      comment: 'What browsers get knows of the server what the contracts say.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/web/' },
      to: { path: '^src/web/' },
    },
    {
      name: 'contracts-as-types-in-web',
      comment:
        'The schemas are checked on the server; a browser would load zod for nothing. The countries are a plain list.',
      severity: 'error',
      from: { path: '^src/web/' },
      to: {
        path: '^src/contracts/',
        pathNot: '^src/contracts/countries\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-test-code-in-product',
      comment: 'The product ships without its tests.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.spec\\.ts$' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
