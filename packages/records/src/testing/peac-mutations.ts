// Claims of PEAC records that use everything there is, and the faults they may have.
import fc from 'fast-check'

const NOW = 1_795_219_200
const DIGEST = `sha256:${'ab'.repeat(32)}`
const TIME = '2026-11-20T23:00:00Z'
const P = 'org.peacprotocol/'

const groups: Readonly<Record<string, object>> = {
  access: { resource: 'r', action: 'a', decision: 'allow' },
  attribution: {
    creator_ref: 'c',
    license_spdx: '(MIT OR Apache-2.0+) AND LicenseRef-x WITH exc',
    obligation_type: 'o',
    attribution_text: 't',
    content_signal_source: 'custom',
    content_digest: DIGEST,
  },
  challenge: {
    challenge_type: 'custom',
    problem: { status: 402, type: 'https://a.b/c', title: 't', detail: 'd', instance: 'i' },
    resource: 'r',
    action: 'a',
    requirements: { a: 1 },
  },
  commerce: {
    payment_rail: 'x',
    amount_minor: '-10',
    currency: 'USD',
    reference: 'r',
    asset: 'a',
    env: 'live',
    event: 'refund',
  },
  compliance: {
    framework: 'f',
    compliance_status: 'partial',
    audit_ref: 'a',
    auditor: 'b',
    audit_date: '2026-01-01',
    scope: 's',
    validity_period: 'P1Y6M',
    evidence_ref: DIGEST,
  },
  consent: {
    consent_basis: 'b',
    consent_status: 'granted',
    data_categories: ['a'],
    retention_period: 'P30D',
    consent_method: 'm',
    withdrawal_uri: 'https://a.b/c',
    scope: 's',
    jurisdiction: 'EU',
  },
  correlation: {
    trace_id: 'a'.repeat(32),
    span_id: 'b'.repeat(16),
    workflow_id: 'w',
    parent_jti: 'p',
    depends_on: ['a'],
  },
  identity: { proof_ref: 'p' },
  privacy: {
    data_classification: 'c',
    processing_basis: 'b',
    retention_period: 'P1W',
    retention_mode: 'indefinite',
    recipient_scope: 'public',
    anonymization_method: 'm',
    data_subject_category: 'c',
    transfer_mechanism: 'm',
  },
  provenance: {
    source_type: 't',
    source_ref: 'r',
    source_uri: 'https://a.b/c?d',
    build_provenance_uri: 'https://a.b',
    verification_method: 'm',
    custody_chain: [{ custodian: 'c', action: 'a', timestamp: TIME }],
    slsa: { track: 'build', level: 3, version: '1.0' },
  },
  purpose: {
    external_purposes: ['a_b', 'c:d'],
    purpose_basis: 'b',
    purpose_limitation: true,
    data_minimization: false,
    compatible_purposes: ['x'],
    peac_purpose_mapping: 'train',
  },
  safety: {
    review_status: 'pending',
    risk_level: 'high',
    assessment_method: 'm',
    safety_measures: ['a'],
    incident_ref: 'i',
    model_ref: 'm',
    category: 'c',
  },
  'agent-action': {
    event_kind: 'agent-action-delegated-observed',
    agent_ref: 'urn:a',
    action_ref: 'urn:b',
    observed_at: TIME,
    caller_ref: 'did:a:b',
    policy_ref: 'peac:x',
    policy_digest: DIGEST,
    upstream_artifact_ref: DIGEST,
    upstream_artifact_digest: DIGEST,
    parent_ref: 'https://a',
    delegated_to_ref: 'ref:x',
  },
  'lifecycle-observation': {
    event_kind: 'lifecycle-approval-granted',
    subject_ref: 'urn:a',
    observed_at: TIME,
    approval_ref: 'urn:b',
    approver_ref: 'urn:c',
    observed_mode: 'hybrid',
    score_ref: 'urn:s',
    result_digest: DIGEST,
  },
  'a2a-handoff': {
    type: `${P}a2a-task-failed`,
    event: 'task.failed',
    task_id: 'urn:t',
    parent_task_id: 'urn:p',
    from_agent: { card_ref: DIGEST, selected_interface_url: 'https://a.b/c' },
    to_agent: { card_ref: DIGEST },
    state: 's',
    reason: 'r',
    observed_at: TIME,
    upstream_event_ref: 'urn:e',
    upstream_event_digest: DIGEST,
  },
  'cli-execution': {
    type: `${P}cli-command-execution`,
    surface: { kind: 'cli' },
    command: { program: 'node', argv_mode: 'hashed', argv_sha256: DIGEST, argv_token_count: 1 },
    cwd: { cwd_mode: 'basename', cwd_basename: 'b' },
    binary: {
      path_mode: 'hashed',
      path_sha256: DIGEST,
      size_bytes: 1,
      mode_octal: '0755',
      sha256: DIGEST,
      version: '1',
    },
    stdin_ref: { mode: 'length-only', length: 1, truncated: false },
    stdout_ref: { length: 1, sha256: DIGEST, truncated: false, sample_base64: 'YQ==' },
    stderr_ref: {
      length: 1,
      sha256: DIGEST,
      truncated: true,
      sample_suppressed_reason: 'secret_pattern_detected',
      matched_pattern_category: 'jwt',
    },
    env: { mode: 'hashed', entries: { CI: { value_sha256: DIGEST } } },
    started_at: TIME,
    finished_at: TIME,
    duration_ms: 1,
    exit_code: -1,
    signal: 'SIGTERM',
    timed_out: true,
    timeout_ms: 1,
    kill_grace_ms: 0,
    termination_signal: 'SIGKILL',
    exit_code_mode: 'child',
    shell_mode: false,
    execution_mode: 'hybrid',
    capture_policy: {
      stdout_max_bytes: 1,
      stderr_max_bytes: 1,
      argv_max_bytes: 1,
      env_allowlist: ['CI'],
      stdin_mode: 'length-only',
      cwd_mode: 'basename',
      binary_path_mode: 'hashed',
      secret_scan: true,
      raw_capture_unsafely_allowed: true,
      raw_env_unsafely_allowed: false,
      secret_scan_disabled_unsafely: false,
      timeout_ms: 1,
      kill_grace_ms: 0,
      exit_code_mode: 'child',
    },
    platform: { os: 'linux', arch: 'x64', peac_cli_version: '1' },
    policy_digest: DIGEST,
    config_digest: DIGEST,
    approval_ref: 'urn:a',
  },
}
const TYPES: Readonly<Record<string, string>> = {
  'agent-action': 'agent-action-delegated-observed',
  'lifecycle-observation': 'lifecycle-approval-granted',
  'a2a-handoff': 'a2a-task-failed',
  'cli-execution': 'cli-command-execution',
}

function claimsFor(name: string): object {
  return {
    peac_version: '0.2',
    kind: 'evidence',
    type: `${P}${TYPES[name] ?? 'payment'}`,
    iss: 'https://a.example.com',
    iat: NOW,
    jti: 'j',
    sub: 's',
    pillars: ['access', 'safety'],
    actor: { id: 'a', proof_type: 'did', proof_ref: 'p', origin: 'https://a.b:8443', intent_hash: DIGEST },
    occurred_at: TIME,
    purpose_declared: 'p',
    policy: { digest: DIGEST, uri: 'https://a.b/c', version: '1' },
    representation: { content_hash: DIGEST, content_type: 'text/plain; charset=utf-8', content_length: 0 },
    extensions: {
      ...(TYPES[name] === undefined ? { [`${P}commerce`]: groups['commerce'] } : {}),
      [P + name]: groups[name],
    },
  }
}

type Path = readonly (string | number)[]
function pathsOf(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...at, key]))]
}
function set(value: unknown, [key, ...rest]: Path, to: unknown): unknown {
  if (key === undefined) return to
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
    string,
    unknown
  >
  const next = set(copy[key], rest, to)
  if (next === undefined) delete copy[key]
  else copy[key] = next
  return copy
}

/** Values that a member may get instead. */
const ODD: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  1e9,
  9007199254740991,
  '',
  ' ',
  'x',
  'X',
  'a b',
  'alice@example.com',
  [],
  ['a', 'a'],
  ['b', 'a'],
  {},
  { a: 1 },
  'urn:x',
  'urn:',
  'ref:',
  'sha256:abc',
  DIGEST,
  DIGEST.toUpperCase(),
  'https://',
  'https://a',
  'http://a.b',
  'https://a.b/',
  'https://A.b',
  'https://a.b:443',
  'https://a.b:8443',
  'https://u@a.b',
  'https://a.b#c',
  'https://[::1]',
  'https://a.b.',
  'https://a.b/ c',
  'https://ä.b',
  'ftp://a.b',
  'mailto:a',
  'did:a:b',
  'did:A:b',
  'did:a:b#c',
  'urn:' + 'é'.repeat(130),
  'x'.repeat(129),
  'x'.repeat(257),
  'x'.repeat(2049),
  '😀'.repeat(130),
  '😀'.repeat(64),
  '\u0000',
  'a\nb',
  '2026-02-29T00:00:00Z',
  '2024-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2000-02-29T00:00:00Z',
  '2026-11-20T23:00Z',
  '2026-11-20T24:00:00Z',
  '2026-11-20T23:00:00',
  '2026-11-20t23:00:00z',
  '2026-11-20T23:00:60Z',
  '2026-11-20T23:00:00.123456789+14:00',
  '2026-11-20T23:00:00+24:00',
  '2026-11-20T23:00:00+0100',
  '2026-04-31T00:00:00Z',
  '2026-11-22T00:00:00Z',
  '2026-11-21T00:00:01Z',
  '2026-01-01',
  'P1D',
  'P',
  'PT',
  'P1',
  'PT1H',
  'P1W1D',
  'P1WT1H',
  'P1M1Y',
  'P1YT',
  'P1.5D',
  'PT1S1H',
  'P1234567890123456D',
  '-P1D',
  'MIT',
  'MIT AND',
  '(MIT',
  'MIT)',
  'LicenseRef-',
  'MIT WITH',
  'MIT AND AND',
  '+',
  'a/b',
  'a.b/c',
  'A.b/C',
  'a.b/',
  'urn:a:b',
  'x://',
  '1234',
  '0999',
  '+1',
  'YQ',
  'YQ=',
  'Y===',
  'text',
  'text/plain;',
  'text/plain; a=b',
  'evidence',
  'challenge',
  'access',
  'hashed',
  'raw',
  'redacted',
  'none',
  'absolute',
  'allow',
  'custom',
]
/** Names that a member may get instead. */
const NAMES = [
  'x',
  'reason',
  'decision',
  'message',
  'signature',
  'token',
  'verified',
  '__proto__x',
  'aud',
  'toString',
]

const anyName = fc.option(fc.constantFrom(...NAMES), { nil: undefined, freq: 4 })

/** Claims with up to three faults, or none. */
export const anyClaims: fc.Arbitrary<unknown> = fc.constantFrom(...Object.keys(groups)).chain((group) => {
  const claims = claimsFor(group)
  const anyChange = fc.tuple(fc.constantFrom(...pathsOf(claims).slice(1)), anyName, fc.constantFrom(...ODD))
  return fc.array(anyChange, { minLength: 1, maxLength: 3 }).map((changes) =>
    changes.reduce<unknown>((value, [path, name, to]) => {
      const at = name === undefined ? path : [...path.slice(0, -1), name]
      return isThere(value, at.slice(0, -1)) ? set(value, at, to) : value
    }, claims),
  )
})

// an earlier fault may have taken away what a later one changes
function isThere(value: unknown, [key, ...rest]: Path): boolean {
  if (typeof value !== 'object' || value === null) return false
  return key === undefined || isThere(Reflect.get(value, key), rest)
}
