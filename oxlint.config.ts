import { defineConfig, type OxlintConfig, type OxlintOverride } from 'oxlint'

const middle = ['@aos/guardian', '@aos/trace', '@aos/inspect', '@aos/records']

/** What a package may not import, by folder; the order of packages is in CONTRIBUTING.md. */
const forbidden: Record<string, readonly string[]> = {
  types: ['@aos'],
  sdk: [...middle, '@aos/server', '@aos/cli'],
  guardian: [...middle.filter((name) => name !== '@aos/guardian'), '@aos/server', '@aos/cli'],
  trace: [...middle.filter((name) => name !== '@aos/trace'), '@aos/server', '@aos/cli'],
  inspect: [...middle.filter((name) => name !== '@aos/inspect'), '@aos/server', '@aos/cli'],
  records: [...middle.filter((name) => name !== '@aos/records'), '@aos/server', '@aos/cli'],
  server: ['@aos/cli'],
}

const byName = { group: ['**/packages/**', '**/src/**'], message: 'import another package by its name' }

const testTools = { group: ['vitest', 'vitest/**', 'fast-check'], message: 'test tools are for tests' }

const frameworks = {
  group: [
    'ai',
    'ai/**',
    '@ai-sdk/**',
    'langchain',
    'langchain/**',
    '@langchain/**',
    '@modelcontextprotocol/**',
    '@a2a-js/**',
  ],
  message: 'a framework is recognised by its shape; import only its types',
  allowTypeImports: true,
}

function restrictImports(folder: string, files: string, extra: readonly object[]): OxlintOverride {
  const layers = {
    group: (forbidden[folder] ?? []).flatMap((name) => [name, `${name}/**`]),
    message: 'this turns the direction of imports around (CONTRIBUTING.md)',
  }
  const patterns = [layers, byName, ...extra]
  return { files: [files], rules: { 'typescript/no-restricted-imports': ['error', { patterns }] } }
}

/** What the program of the command line may not import; every other package of ours it may. */
const commandLine: OxlintOverride = {
  files: ['packages/cli/src/**'],
  rules: { 'typescript/no-restricted-imports': ['error', { patterns: [byName, frameworks, testTools] }] },
}

const unsafeRules = ['assignment', 'call', 'member-access', 'return', 'argument'].map(
  (kind) => `typescript/no-unsafe-${kind}`,
)

const config: OxlintConfig = defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'node', 'promise', 'vitest', 'oxc'],
  categories: { correctness: 'error' },
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['**/dist/**', '**/generated/**', '**/out/**', '**/fixtures/**'],
  rules: {
    eqeqeq: ['error', 'always'],
    'no-console': 'error',
    'no-empty': ['error', { allowEmptyCatch: false }],
    'no-warning-comments': 'error',
    'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true, IIFEs: true }],
    'max-params': ['error', { max: 3 }],
    'import/extensions': ['error', 'always', { ignorePackages: true }],
    'import/namespace': 'off',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
    'typescript/no-explicit-any': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/return-await': ['error', 'error-handling-correctness-only'],
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    ...Object.fromEntries(unsafeRules.map((rule) => [rule, 'error'])),
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'unicorn/prefer-node-protocol': 'error',
    'vitest/expect-expect': 'off',
    // one test runs over several versions and modes, which differ in single points
    'vitest/no-conditional-expect': 'off',
    'vitest/no-standalone-expect': ['error', { additionalTestBlockFunctions: ['verifies'] }],
    'vitest/require-mock-type-parameters': 'off',
  },
  overrides: [
    ...Object.keys(forbidden).map((folder) =>
      restrictImports(folder, `packages/${folder}/src/**`, [frameworks, testTools]),
    ),
    restrictImports('sdk', 'packages/sdk/src/adapters/vercel-ai/create-agent.ts', [testTools]),
    restrictImports('sdk', 'packages/sdk/src/testing/**', [frameworks]),
    restrictImports('inspect', 'packages/inspect/src/testing/**', [frameworks]),
    restrictImports('records', 'packages/records/src/testing/**', [frameworks]),
    restrictImports('server', 'packages/server/src/testing/**', [frameworks]),
    commandLine,
    {
      files: ['**/*.test.ts', '**/*.test-d.ts', 'packages/*/src/testing/**', 'test/**'],
      rules: { 'max-lines-per-function': 'off' },
    },
    { files: ['**/*.test.ts', '**/*.test-d.ts'], rules: { 'typescript/no-restricted-imports': 'off' } },
    {
      files: ['packages/cli/**', 'scripts/**', 'examples/**', 'test/bench/**'],
      rules: { 'no-console': 'off' },
    },
    { files: ['*.config.ts', 'scripts/summary-reporter.ts'], rules: { 'import/no-default-export': 'off' } },
    { files: ['**/*.mjs'], rules: Object.fromEntries(unsafeRules.map((rule) => [rule, 'off'])) },
  ],
})

export default config
