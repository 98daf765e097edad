import type { PeacClaims } from '../../generated/peac-types.ts'
import {
  validatePeacAccess,
  validatePeacAttribution,
  validatePeacChallenge,
  validatePeacClaims,
  validatePeacCommerce,
  validatePeacCompliance,
  validatePeacConsent,
  validatePeacCorrelation,
  validatePeacIdentity,
  validatePeacPrivacy,
  validatePeacProvenance,
  validatePeacPurpose,
  validatePeacSafety,
  type Validator,
} from '../../generated/peac-validators.ts'
import { peacName } from './registry.ts'
import { pointerPart, schemaIssues, toRecordIssue, type RecordIssue } from './record-issue.ts'
import {
  isCanonicalIssuer,
  isGroupName,
  isHttpsHint,
  isHttpsUrl,
  isLicense,
  isOrigin,
  isUrl,
} from './text-rules.ts'

/** Claims that keep the schema, or everything that is wrong with them. */
export type ClaimsResult =
  | { readonly ok: true; readonly claims: PeacClaims }
  | { readonly ok: false; readonly issues: readonly RecordIssue[] }

const MAX_GROUP_BYTES = 65_536
const MAX_GROUPS_BYTES = 262_144

/** A text somewhere in a value that a schema alone cannot judge. */
type TextRule = readonly [path: readonly string[], test: (text: string) => boolean, message: string]

const HINT = 'must be an https URL without credentials and fragment'
const CLAIM_RULES: readonly TextRule[] = [
  [
    ['iss'],
    isCanonicalIssuer,
    'must be an https origin in lower case, without path, slash and default port, or a DID',
  ],
  [['actor', 'origin'], isOrigin, 'must be scheme, host and port, without a path'],
  [['policy', 'uri'], isHttpsUrl, 'must be an https URL'],
]

interface GroupRules {
  readonly validate: Validator
  readonly texts?: readonly TextRule[]
}

/** The core groups: they are part of the envelope and closed (PEAC Wire 0.2, extension groups). */
const CORE_GROUPS: ReadonlyMap<string, GroupRules> = new Map<string, GroupRules>([
  [peacName('access'), { validate: validatePeacAccess }],
  [
    peacName('attribution'),
    {
      validate: validatePeacAttribution,
      texts: [[['license_spdx'], isLicense, 'must be an SPDX licence expression']],
    },
  ],
  [
    peacName('challenge'),
    { validate: validatePeacChallenge, texts: [[['problem', 'type'], isUrl, 'must be a URL']] },
  ],
  [peacName('commerce'), { validate: validatePeacCommerce }],
  [peacName('compliance'), { validate: validatePeacCompliance }],
  [peacName('consent'), { validate: validatePeacConsent, texts: [[['withdrawal_uri'], isHttpsHint, HINT]] }],
  [peacName('correlation'), { validate: validatePeacCorrelation }],
  [peacName('identity'), { validate: validatePeacIdentity }],
  [peacName('privacy'), { validate: validatePeacPrivacy }],
  [
    peacName('provenance'),
    {
      validate: validatePeacProvenance,
      texts: [
        [['source_uri'], isHttpsHint, HINT],
        [['build_provenance_uri'], isHttpsHint, HINT],
      ],
    },
  ],
  [peacName('purpose'), { validate: validatePeacPurpose }],
  [peacName('safety'), { validate: validatePeacSafety }],
])

/** Whether a group is one that {@link checkClaims} looks into. */
export function isCoreGroup(group: string): boolean {
  return CORE_GROUPS.has(group)
}

/** Checks claims against Wire 0.2: their schema, the core groups, and what they may weigh. */
export function checkClaims(value: unknown): ClaimsResult {
  const issues = check({ validate: validatePeacClaims, texts: CLAIM_RULES }, value, '')
  const { pillars, extensions } = isObject(value) ? value : {}
  if (Array.isArray(pillars) && !isSorted(pillars)) {
    issues.push({ path: '/pillars', message: 'must be in alphabetical order' })
  }
  if (isObject(extensions)) issues.push(...groupIssues(extensions))
  return issues.length === 0 ? { ok: true, claims: value as PeacClaims } : { ok: false, issues }
}

function groupIssues(extensions: Readonly<Record<string, unknown>>): readonly RecordIssue[] {
  const issues: RecordIssue[] = []
  let bytes = 0
  for (const [name, group] of Object.entries(extensions)) {
    const path = `/extensions/${pointerPart(name)}`
    if (!isGroupName(name)) issues.push({ path, message: 'is no name of a group' })
    const rules = CORE_GROUPS.get(name)
    if (rules !== undefined) issues.push(...check(rules, group, path))
    const size = Buffer.byteLength(JSON.stringify(group))
    bytes += size + Buffer.byteLength(JSON.stringify(name)) + 2
    if (size > MAX_GROUP_BYTES) issues.push({ path, message: `is larger than ${MAX_GROUP_BYTES} bytes` })
  }
  if (bytes + 1 > MAX_GROUPS_BYTES) issues.push({ path: '/extensions', message: 'are too large together' })
  return issues
}

function check({ validate, texts = [] }: GroupRules, value: unknown, above: string): RecordIssue[] {
  const issues = schemaIssues(validate, value).map((issue) => toRecordIssue(issue, above))
  for (const [path, test, message] of texts) {
    const text = path.reduce<unknown>((part, name) => (isObject(part) ? part[name] : undefined), value)
    if (typeof text === 'string' && !test(text)) issues.push({ path: `${above}/${path.join('/')}`, message })
  }
  return issues
}

function isSorted(items: readonly unknown[]): boolean {
  return items.every((item, index) => index === 0 || String(items[index - 1]) < String(item))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
