// What the official packages say of a record: their parts, put together as their verifier does it.
import { verify as verifySignature } from '@peac/crypto'
import { TYPE_TO_EXTENSION_MAP } from '@peac/kernel'
import {
  AGENT_ACTION_TYPE_URIS,
  checkOccurredAtSkew,
  isValidExtensionKey,
  parseReceiptClaims,
  REGISTERED_EXTENSION_GROUP_KEYS,
  REGISTERED_RECEIPT_TYPES,
  sortWarnings,
  validateA2AHandoff,
  validateAgentAction,
  validateAgentActionForType,
  validateCliExecution,
  validateKernelConstraints,
  validateLifecycleObservation,
  verifyPolicyBinding,
  type Wire02Claims,
} from '@peac/schema'

/** How the reference is asked; moments are seconds since the epoch. */
export interface ReferenceOptions {
  readonly publicKey: Uint8Array
  readonly issuer?: string
  readonly policyDigest?: string
  readonly now: number
  readonly maxSkewSeconds?: number
  readonly mode?: 'strict' | 'interop'
}

/** What the reference answers. */
export interface ReferenceAnswer {
  readonly valid: boolean
  readonly code?: string
  readonly policy?: string
  readonly warnings: readonly { readonly code: string; readonly pointer?: string }[]
}

const CODES: Readonly<Record<string, string>> = {
  CRYPTO_INVALID_JWS_FORMAT: 'E_INVALID_FORMAT',
  CRYPTO_INVALID_TYP: 'E_INVALID_FORMAT',
  CRYPTO_INVALID_ALG: 'E_INVALID_FORMAT',
  CRYPTO_INVALID_KEY_LENGTH: 'E_INVALID_FORMAT',
}

/** The verdict on the envelope of a record. */
export async function referenceVerify(jws: string, options: ReferenceOptions): Promise<ReferenceAnswer> {
  try {
    return await judge(jws, options)
  } catch (error) {
    const thrown: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
    const code = typeof thrown === 'string' ? thrown : 'E_INTERNAL'
    return refused(CODES[code] ?? code.replace('CRYPTO_', 'E_'))
  }
}

/** What is wrong inside of the groups that the envelope does not look into. */
export function referenceContent({ type, extensions = {} }: Wire02Claims): readonly string[] {
  const answers = Object.entries(extensions).map(([name, group]) => {
    if (name === 'org.peacprotocol/agent-action') {
      return isActionType(type) ? validateAgentActionForType(type, group) : validateAgentAction(group)
    }
    if (name === 'org.peacprotocol/lifecycle-observation') return validateLifecycleObservation(group)
    if (name === 'org.peacprotocol/a2a-handoff') return validateA2AHandoff(group)
    return name === 'org.peacprotocol/cli-execution' ? validateCliExecution(group) : { ok: true as const }
  })
  return answers.flatMap((answer) => (answer.ok ? [] : answer.errors.map(({ code }) => code)))
}

/** Whether both layers of the reference accept a record. */
export async function referenceAccepts(jws: string, options: ReferenceOptions): Promise<boolean> {
  const { valid } = await referenceVerify(jws, options)
  if (!valid) return false
  const { payload } = await verifySignature<Wire02Claims>(jws, options.publicKey)
  return referenceContent(payload).length === 0
}

function isActionType(type: string): boolean {
  return (AGENT_ACTION_TYPE_URIS as readonly string[]).includes(type)
}

async function judge(jws: string, options: ReferenceOptions): Promise<ReferenceAnswer> {
  const { publicKey, mode = 'strict' } = options
  const { header, payload, valid } = await verifySignature(jws, publicKey)
  if (!valid) return refused('E_INVALID_SIGNATURE')
  if (header.typ === undefined && mode === 'strict') return refused('E_INVALID_FORMAT')
  if (!validateKernelConstraints(payload).valid) return refused('E_CONSTRAINT_VIOLATION')
  const parsed = parseReceiptClaims(payload)
  if (!parsed.ok) return refused('E_INVALID_FORMAT')
  if (parsed.wireVersion !== '0.2') return refused('E_UNSUPPORTED_WIRE_VERSION')
  const warnings: Warning[] = header.typ === undefined ? [{ code: 'typ_missing', message: '' }] : []
  return judgeClaims(parsed.claims as Wire02Claims, options, warnings)
}

type Warning = Parameters<typeof sortWarnings>[0][number]

function judgeClaims(claims: Wire02Claims, options: ReferenceOptions, warnings: Warning[]): ReferenceAnswer {
  const { issuer, policyDigest, now, maxSkewSeconds = 300, mode = 'strict' } = options
  if (issuer !== undefined && claims.iss !== issuer) return refused('E_INVALID_ISSUER')
  if (claims.iat > now + maxSkewSeconds) return refused('E_NOT_YET_VALID')
  if (claims.kind === 'evidence') {
    const skew = checkOccurredAtSkew(claims.occurred_at, claims.iat, now, maxSkewSeconds)
    if (skew === 'future_error') return refused('E_OCCURRED_AT_FUTURE')
    if (skew !== null) warnings.push(skew)
  }
  if (!REGISTERED_RECEIPT_TYPES.has(claims.type)) {
    warnings.push({ code: 'type_unregistered', message: '', pointer: '/type' })
  }
  for (const key of Object.keys(claims.extensions ?? {})) {
    if (REGISTERED_EXTENSION_GROUP_KEYS.has(key) || !isValidExtensionKey(key)) continue
    const pointer = `/extensions/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    warnings.push({ code: 'unknown_extension_preserved', message: '', pointer })
  }
  const group = groupStatus(claims)
  if (group !== 'ok' && mode === 'strict') {
    return refused(group === 'missing' ? 'E_EXTENSION_GROUP_REQUIRED' : 'E_EXTENSION_GROUP_MISMATCH')
  }
  if (group !== 'ok') warnings.push({ code: `extension_group_${group}`, message: '', pointer: '/type' })
  const told = claims.policy?.digest
  const policy =
    told === undefined || policyDigest === undefined ? 'unavailable' : verifyPolicyBinding(told, policyDigest)
  if (policy === 'failed') return refused('E_POLICY_BINDING_FAILED')
  return {
    valid: true,
    policy,
    warnings: sortWarnings(warnings).map(({ code, pointer }) => ({
      code,
      ...(pointer === undefined ? {} : { pointer }),
    })),
  }
}

function groupStatus({ kind, type, extensions = {} }: Wire02Claims): 'ok' | 'missing' | 'mismatch' {
  const group = kind === 'challenge' ? undefined : TYPE_TO_EXTENSION_MAP.get(type)
  if (group === undefined || Object.hasOwn(extensions, group)) return 'ok'
  return Object.keys(extensions).some((key) => REGISTERED_EXTENSION_GROUP_KEYS.has(key))
    ? 'mismatch'
    : 'missing'
}

function refused(code: string): ReferenceAnswer {
  return { valid: false, code, warnings: [] }
}
