import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

// What Node gives every module without an import, as far as our scripts use it.
const NODE = ['AbortSignal', 'Buffer', 'console', 'fetch', 'performance', 'process', 'setTimeout', 'URL'];

const WORDS = '/\\p{L}{2}/u';
const TEXT_NAMES = '/^(label|title|alt|placeholder|description|message|hint|lead|empty|error|aria-label)$/';
/** Where a page would say something that no language file has: as content, in an attribute, in what a notice is made of. */
const READ_BY_PEOPLE = [
  'JSXText[value=/\\p{L}/u]',
  `JSXAttribute[name.name=${TEXT_NAMES}] > Literal[value=${WORDS}]`,
  `JSXAttribute[name.name=${TEXT_NAMES}] > JSXExpressionContainer > :matches(Literal[value=${WORDS}], ConditionalExpression > Literal[value=${WORDS}], LogicalExpression > Literal[value=${WORDS}])`,
  `JSXAttribute[name.name=${TEXT_NAMES}] > JSXExpressionContainer > TemplateLiteral > TemplateElement[value.raw=${WORDS}]`,
  `JSXElement > JSXExpressionContainer > :matches(Literal[value=${WORDS}], ConditionalExpression > Literal[value=${WORDS}], LogicalExpression > Literal[value=${WORDS}])`,
  `JSXElement > JSXExpressionContainer > TemplateLiteral > TemplateElement[value.raw=${WORDS}]`,
  `Property[key.name=${TEXT_NAMES}] > Literal[value=${WORDS}]`,
  `Property[key.name=${TEXT_NAMES}] > TemplateLiteral > TemplateElement[value.raw=${WORDS}]`,
];

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
        ...READ_BY_PEOPLE.map((selector) => ({
          selector,
          message: 'What people read stands in src/web/i18n, in every language.',
        })),
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
