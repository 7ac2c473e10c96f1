// One configuration, one project per kind of test; `npm test` runs them in this order (test/run.mjs).
const common = {
  testEnvironment: 'node',
  rootDir: import.meta.dirname,
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)(?<!\\.json)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2022',
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

const kind = (displayName, pattern, more = {}) => ({
  ...common,
  displayName,
  testMatch: [`<rootDir>/${pattern}`],
  ...more,
});
const patient = { setupFilesAfterEnv: ['<rootDir>/test/support/patience.ts'] };

export default {
  projects: [
    kind('unit', 'src/**/*.spec.ts'),
    kind('contract', 'test/contract/**/*.spec.ts'),
    kind('torture', 'test/torture/**/*.spec.ts'),
    kind('integration', 'test/integration/**/*.spec.ts'),
    kind('web', 'test/web/**/*.spec.ts', patient),
    kind('e2e', 'test/e2e/**/*.spec.ts', patient),
    kind('screenshots', 'test/screenshots/**/*.spec.ts'), // `npm run screenshots`; no part of `npm test`
    kind('real-clients', 'test/real-clients/**/*.spec.ts', patient),
  ],
};
