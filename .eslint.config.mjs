import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

// What Node gives every module without an import, as far as our scripts use it.
const NODE = ['AbortSignal', 'Buffer', 'console', 'fetch', 'performance', 'process', 'setTimeout', 'URL'];

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'data', 'coverage'] },
  eslint.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A forgotten await in a call's path is a lost call.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'off', // constructor types are needed at run time by Nest
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.property.name='reveal']",
          message: 'A number is revealed in the vault and where SIP needs its target, nowhere else.',
        },
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'Settings are read in src/common/env.ts alone.',
        },
      ],
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: Object.fromEntries(NODE.map((name) => [name, 'readonly'])) },
    rules: { 'no-console': 'off' },
  },
  {
    files: ['src/web/**/*.tsx', 'src/web/**/*.ts'],
    ignores: ['src/web/i18n/**'],
    rules: {
      'no-console': ['error', { allow: ['error'] }],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'JSXText[value=/\\p{L}/u]',
          message: 'What people read stands in src/web/i18n, in every language.',
        },
        {
          selector:
            'JSXAttribute[name.name=/^(label|title|alt|placeholder|description|aria-label)$/] > Literal[value=/\\p{L}/u]',
          message: 'What people read stands in src/web/i18n, in every language.',
        },
      ],
    },
  },
  {
    // Where reveal() is allowed: the vault, SIP targets, the class itself, and tests that look for leaks.
    files: [
      'src/common/phone-number.ts',
      'src/clients/number-vault.ts',
      'src/sip/sip-target.ts',
      'src/**/*.spec.ts',
      'test/**/*.ts',
      'src/common/env.ts',
    ],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
