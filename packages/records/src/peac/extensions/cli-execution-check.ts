import type { CliExecution, CliStream } from '../../generated/peac-types.ts'
import { validateCliExecution } from '../../generated/peac-validators.ts'
import type { RecordIssue } from '../claims/record-issue.ts'
import type { GroupCheck } from './group-check.ts'

/** Codes of what the schema finds, by where it finds it. */
const BY_PATH: readonly (readonly [place: RegExp, name: string])[] = [
  [/^\/command\/argv_mode$/, 'capture_mode_invalid'],
  [/^\/command\/argv/, 'capture_mode_invalid'],
  [/^\/cwd/, 'cwd_mode_invalid'],
  [/^\/binary/, 'binary_path_mode_invalid'],
  [/^(?:\/capture_policy)?\/timeout_ms$/, 'timeout_ms_out_of_range'],
  [/^(?:\/capture_policy)?\/kill_grace_ms$/, 'kill_grace_ms_out_of_range'],
  [/^(?:\/capture_policy)?\/exit_code_mode$/, 'exit_code_mode_invalid'],
]

/** How the group org.peacprotocol/cli-execution is judged. */
export const CLI_EXECUTION_CHECK: GroupCheck = {
  validate: validateCliExecution,
  codeOf: ({ keyword }, { path }) => {
    if (path === '/shell_mode' && keyword === 'required') return code('shell_mode_required')
    if (keyword === 'additionalProperties' || keyword === 'false schema') return code('unknown_field')
    return code(BY_PATH.find(([place]) => place.test(path))?.[1] ?? 'schema_rejection')
  },
  tooLong: () => undefined,
  // the schema has found it to be one
  rules: (value) => ruleIssues(value as unknown as CliExecution),
}

type Rule = readonly [broken: boolean, path: string, name: string, message: string]

function ruleIssues(run: CliExecution): readonly RecordIssue[] {
  const { command, env, capture_policy: policy, binary, shell_mode: shell } = run
  const isRaw = policy.raw_capture_unsafely_allowed
  const rules: readonly Rule[] = [
    [
      /[\\/]/.test(command.program),
      '/command/program',
      'schema_rejection',
      'must be a name without a folder',
    ],
    [
      command.argv_mode === 'raw' && !isRaw,
      '/command/argv_mode',
      'unsafe_flag_required',
      'was not allowed to be raw',
    ],
    [
      env.mode === 'raw' && !policy.raw_env_unsafely_allowed,
      '/env/mode',
      'unsafe_flag_required',
      'was not allowed',
    ],
    [
      isRaw && !policy.secret_scan && !policy.secret_scan_disabled_unsafely,
      '/capture_policy/secret_scan_disabled_unsafely',
      'secret_scan_disable_requires_unsafe_flag',
      'must be true where raw content is not looked through for secrets',
    ],
    [
      shell !== (binary.shell_ref !== undefined),
      '/binary/shell_ref',
      'schema_rejection',
      'is there with a shell only',
    ],
    [
      shell && binary.path_mode === 'none',
      '/binary/path_mode',
      'schema_rejection',
      'must say which shell it was',
    ],
    [
      shell && binary.path_mode === 'hashed' && binary.shell_ref !== binary.path_sha256,
      '/binary/shell_ref',
      'schema_rejection',
      'must be the hash of the path',
    ],
    ...disagreements(run),
    ...longTexts(run),
    ...envRules(run),
    ...streamRules(run.stdout_ref, '/stdout_ref', isRaw ? policy.stdout_max_bytes : undefined),
    ...streamRules(run.stderr_ref, '/stderr_ref', isRaw ? policy.stderr_max_bytes : undefined),
  ]
  return rules
    .filter(([broken]) => broken)
    .map(([, path, name, message]) => ({ path, message, code: code(name) }))
}

function disagreements({ capture_policy: policy, ...run }: CliExecution): readonly Rule[] {
  const pairs = [
    ['stdin_mode', policy.stdin_mode, run.stdin_ref.mode],
    ['cwd_mode', policy.cwd_mode, run.cwd.cwd_mode],
    ['binary_path_mode', policy.binary_path_mode, run.binary.path_mode],
    ['exit_code_mode', policy.exit_code_mode, run.exit_code_mode],
  ] as const
  return pairs.map(([name, planned, done]) => [
    planned !== done,
    `/capture_policy/${name}`,
    'schema_rejection',
    'is not how it was done',
  ])
}

function longTexts(run: CliExecution): readonly Rule[] {
  const { command, cwd, binary, platform } = run
  const texts: readonly (readonly [path: string, text: string | undefined, bytes: number])[] = [
    ['/command/program', command.program, 256],
    ...(command.argv ?? []).map((text, index) => [`/command/argv/${index}`, text, 16_384] as const),
    ['/cwd/cwd_basename', cwd.cwd_basename, 128],
    ['/cwd/cwd_absolute', cwd.cwd_absolute, 1_024],
    ['/binary/path_absolute', binary.path_absolute, 1_024],
    ['/binary/version', binary.version, 64],
    ['/signal', run.signal, 32],
    ['/termination_signal', run.termination_signal, 32],
    ...Object.entries(platform).map(([name, text]) => [`/platform/${name}`, text, 64] as const),
    ...run.capture_policy.env_allowlist.map((text) => ['/capture_policy/env_allowlist', text, 256] as const),
    ...Object.entries(run.env.entries).map(
      ([key, { value }]) => [`/env/entries/${key}`, value, 8_192] as const,
    ),
    ['/approval_ref', run.approval_ref, 256],
  ]
  return texts.map(([path, text = '', bytes]) => [
    Buffer.byteLength(text) > bytes,
    path,
    'schema_rejection',
    `is longer than ${bytes} bytes`,
  ])
}

function envRules({ env, capture_policy: policy }: CliExecution): readonly Rule[] {
  return Object.entries(env.entries).flatMap(([key, { value, value_sha256: hash }]): readonly Rule[] => {
    const [own, other] = env.mode === 'hashed' ? [hash, value] : [value, hash]
    const path = `/env/entries/${key}`
    return [
      [own === undefined || other !== undefined, path, 'env_mode_inconsistent', `is not ${env.mode}`],
      [!policy.env_allowlist.includes(key), path, 'env_not_in_allowlist', 'is not in env_allowlist'],
    ]
  })
}

function streamRules(stream: CliStream, path: string, maxBytes: number | undefined): readonly Rule[] {
  const {
    sample_base64: sample,
    sample_suppressed_reason: reason,
    matched_pattern_category: category,
  } = stream
  const bytes = sample === undefined ? 0 : Buffer.from(sample, 'base64').length
  const inconsistent = 'stream_ref_inconsistent'
  return [
    [
      sample !== undefined && reason !== undefined,
      path,
      inconsistent,
      'has a sample and says that it has none',
    ],
    [(reason === undefined) !== (category === undefined), path, inconsistent, 'must say why and for what'],
    [
      sample !== undefined && maxBytes === undefined,
      path,
      'unsafe_flag_required',
      'was not allowed to have a sample',
    ],
    [maxBytes !== undefined && bytes > maxBytes, path, inconsistent, 'has a sample larger than was allowed'],
  ]
}

function code(name: string): string {
  return `cli.${name}`
}
