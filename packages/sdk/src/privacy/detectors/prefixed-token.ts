import {
  ALNUM,
  type CharacterClass,
  characterClass,
  isAt,
  runEnd,
  startsToken,
  TOKEN,
  UPPER_ALNUM,
} from '../characters.ts'
import type { Detector, RedactionKind } from '../span.ts'

interface TokenRule {
  readonly kind: RedactionKind
  readonly prefixes: readonly string[]
  readonly body: CharacterClass
  /** Fewest characters after the prefix. */
  readonly min: number
  /** Most characters after the prefix; without it, as many as there are. */
  readonly max?: number
  readonly accepts?: (body: string) => boolean
}

const DOTTED = characterClass('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.')
const PATH = characterClass('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/\\')
const WORD = characterClass('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_')

const RULES: readonly TokenRule[] = [
  { kind: 'anthropic-key', prefixes: ['sk-ant-'], body: TOKEN, min: 16 },
  {
    kind: 'openai-key',
    prefixes: ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sess-'],
    body: TOKEN,
    min: 16,
    accepts: isRandom,
  },
  { kind: 'openai-key', prefixes: ['sk-'], body: TOKEN, min: 20, accepts: isRandom },
  { kind: 'aws-access-key', prefixes: ['AKIA', 'ASIA', 'ABIA', 'ACCA'], body: UPPER_ALNUM, min: 16, max: 16 },
  { kind: 'google-key', prefixes: ['AIza'], body: TOKEN, min: 30 },
  { kind: 'google-key', prefixes: ['GOCSPX-'], body: TOKEN, min: 20 },
  { kind: 'google-key', prefixes: ['ya29.'], body: DOTTED, min: 20 },
  { kind: 'github-token', prefixes: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], body: ALNUM, min: 30 },
  { kind: 'github-token', prefixes: ['github_pat_'], body: WORD, min: 22 },
  {
    kind: 'gitlab-token',
    prefixes: ['glpat-', 'gldt-', 'glrt-', 'glptt-', 'glcbt-', 'glsoat-', 'glft-', 'glagent-'],
    body: DOTTED,
    min: 16,
    accepts: hasDigit,
  },
  {
    kind: 'slack-token',
    prefixes: ['xoxb-', 'xoxa-', 'xoxp-', 'xoxr-', 'xoxs-', 'xoxe-', 'xoxc-', 'xoxd-'],
    body: TOKEN,
    min: 10,
  },
  {
    kind: 'slack-token',
    prefixes: ['xoxe.xoxp-', 'xoxe.xoxb-', 'xapp-'],
    body: TOKEN,
    min: 10,
    accepts: hasDigit,
  },
  {
    kind: 'slack-webhook',
    prefixes: ['hooks.slack.com/services/', 'hooks.slack.com/workflows/'],
    body: PATH,
    min: 16,
  },
  { kind: 'slack-webhook', prefixes: ['hooks.slack.com\\/services\\/'], body: PATH, min: 16 },
  {
    kind: 'webhook-url',
    prefixes: ['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/'],
    body: PATH,
    min: 30,
  },
  {
    kind: 'stripe-key',
    prefixes: ['sk_live_', 'rk_live_', 'sk_test_', 'rk_test_', 'whsec_'],
    body: ALNUM,
    min: 16,
  },
  { kind: 'npm-token', prefixes: ['npm_'], body: ALNUM, min: 36 },
  { kind: 'pypi-token', prefixes: ['pypi-'], body: TOKEN, min: 50 },
  {
    kind: 'api-key',
    prefixes: ['hf_', 'gsk_', 'r8_', 'lin_api_', 'rubygems_', 'e2b_', 'pcsk_', 'ntn_'],
    body: WORD,
    min: 30,
    accepts: hasDigit,
  },
  {
    kind: 'api-key',
    prefixes: ['dop_v1_', 'doo_v1_', 'shpat_', 'shpss_', 'dckr_pat_', 'sntrys_', 'sntryu_'],
    body: TOKEN,
    min: 24,
    accepts: hasDigit,
  },
  {
    kind: 'api-key',
    prefixes: ['lsv2_pt_', 'lsv2_sk_', 'nvapi-', 'pplx-', 'xai-', 'tvly-', 'ATATT3', 'PMAK-'],
    body: TOKEN,
    min: 24,
    accepts: hasDigit,
  },
  { kind: 'api-key', prefixes: ['SG.'], body: DOTTED, min: 50, accepts: hasDigit },
  {
    kind: 'api-key',
    prefixes: ['hvs.', 'hvb.', 'dp.pt.', 'dp.st.'],
    body: DOTTED,
    min: 20,
    accepts: hasDigit,
  },
  { kind: 'api-key', prefixes: ['AGE-SECRET-KEY-1'], body: UPPER_ALNUM, min: 50 },
]

const RULE_BY_PREFIX: ReadonlyMap<string, TokenRule> = new Map(
  RULES.flatMap((rule) => rule.prefixes.map((prefix): [string, TokenRule] => [prefix, rule])),
)

const PREFIXES = new RegExp(
  [...RULE_BY_PREFIX.keys()]
    .sort((left, right) => right.length - left.length)
    .map((prefix) => prefix.replace(/[\\/.]/g, String.raw`\$&`))
    .join('|'),
  'g',
)

/** Tokens that their issuer marks with a prefix. */
export const prefixedToken: Detector = {
  kinds: [...new Set(RULES.map((rule) => rule.kind))],
  applies: (profile) => profile.longestRun >= 16,
  detect(text, report) {
    PREFIXES.lastIndex = 0
    for (let hit = PREFIXES.exec(text); hit !== null; hit = PREFIXES.exec(text)) {
      const rule = RULE_BY_PREFIX.get(hit[0])
      const end =
        rule === undefined || !startsToken(text, hit.index) ? -1 : bodyEnd(text, PREFIXES.lastIndex, rule)
      if (rule === undefined || end < 0) continue
      report(rule.kind, hit.index, end)
      PREFIXES.lastIndex = end
    }
  },
}

/** A body this long is taken without being judged, so that looking again inside a refused one is cheap. */
const LONG = 512

function bodyEnd(text: string, start: number, rule: TokenRule): number {
  const end = runEnd(text, start, rule.body)
  const length = end - start
  if (length < rule.min) return -1
  if (rule.max !== undefined && (length > rule.max || isAt(text, end, ALNUM))) return -1
  const accepted = rule.accepts === undefined || length >= LONG || rule.accepts(text.slice(start, end))
  return accepted ? end : -1
}

function hasDigit(body: string): boolean {
  return /\d/.test(body)
}

/** Tells a key from a name such as `sk-learn-…`: one part is long and mixes letters with digits, or very long. */
function isRandom(body: string): boolean {
  return body
    .split(/[-_]/)
    .some((part) => (part.length >= 12 && /\d/.test(part) && /[A-Za-z]/.test(part)) || part.length >= 32)
}
