import { AosError, isAosError } from '@aos/sdk'
import { createHash } from 'node:crypto'
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type YAMLMap } from 'yaml'
import { policyFrom, type PolicyFactories, type PolicySpec } from '../policies/policy-from.ts'
import type { Policy } from '../policy/policy.ts'

/** What is wrong with a policy file, and where. */
export interface PolicyFileIssue {
  /** Counts from 1. */
  readonly line: number
  readonly message: string
  readonly fix?: string | undefined
}

/** A policy file that holds. */
export interface ParsedPolicyFile {
  readonly default: 'allow' | 'deny'
  readonly policies: readonly Policy[]
  /** The definition of each policy, in canonical order, to tell whether it has changed. */
  readonly specs: readonly string[]
  /** SHA-256 of the text, in hexadecimal. */
  readonly hash: string
}

/** Makes a policy from its definition; the default makes a new one, a reload may give one that it has already. */
export type MakePolicy = (spec: PolicySpec) => Policy

const MAX_BYTES = 1024 * 1024
const MEMBERS = ['version', 'default', 'policies']

/**
 * Reads a policy file (YAML 1.2, and so JSON too): `version: 1`, `default: allow | deny`, `policies:` with one
 * definition each. Throws `invalid_policy` that lists every issue with its line; no part of a broken file is used.
 */
export function parsePolicyFile(
  text: string,
  options: {
    readonly file?: string | undefined
    readonly make?: MakePolicy | undefined
    /** Policies that are not built in, by the name the file calls them. */
    readonly factories?: PolicyFactories | undefined
  } = {},
): ParsedPolicyFile {
  const { file = 'policy file', factories } = options
  const make = options.make ?? ((spec: PolicySpec) => policyFrom(spec, factories))
  const { read, issues } = readPolicies(text, make)
  if (read === undefined || issues.length > 0) throw invalidFile(file, issues)
  return { ...read, hash: createHash('sha256').update(text).digest('hex') }
}

/** Tells everything that is wrong with the text of a policy file; nothing where it holds. */
export function checkPolicyFile(
  text: string,
  { factories }: { readonly factories?: PolicyFactories | undefined } = {},
): readonly PolicyFileIssue[] {
  const { read, issues } = readPolicies(text, (spec) => policyFrom(spec, factories))
  for (const policy of read?.policies ?? []) policy.close?.()
  return issues
}

interface ReadPolicies {
  readonly read: Omit<ParsedPolicyFile, 'hash'> | undefined
  readonly issues: readonly PolicyFileIssue[]
}

function readPolicies(text: string, make: MakePolicy): ReadPolicies {
  if (Buffer.byteLength(text) > MAX_BYTES)
    return { read: undefined, issues: [{ line: 1, message: `it is larger than ${MAX_BYTES} bytes` }] }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', merge: false })
  const reader = new PolicyFileReader(document, lines, make)
  return { read: reader.read(), issues: reader.issues }
}

class PolicyFileReader {
  readonly issues: PolicyFileIssue[] = []
  readonly #document: Document.Parsed
  readonly #lines: LineCounter
  readonly #make: MakePolicy

  constructor(document: Document.Parsed, lines: LineCounter, make: MakePolicy) {
    this.#document = document
    this.#lines = lines
    this.#make = make
  }

  read(): Omit<ParsedPolicyFile, 'hash'> | undefined {
    for (const problem of [...this.#document.errors, ...this.#document.warnings])
      this.issues.push({
        line: problem.linePos?.[0].line ?? 1,
        message:
          problem.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? 'it cannot be read',
      })
    if (this.issues.length > 0) return undefined
    const root = this.#document.contents
    if (!isMap(root)) return this.#issue(root, 'it is no object', 'Begin with "version: 1" and "policies:".')
    for (const { key } of root.items) {
      const name = isScalar(key) ? String(key.value) : ''
      if (!MEMBERS.includes(name))
        this.#issue(key, `${JSON.stringify(name)} is unknown here`, `Known: ${MEMBERS.join(', ')}.`)
    }
    const version: unknown = root.get('version')
    if (version !== 1)
      this.#issue(root.get('version', true) ?? root, 'version must be 1', 'Write "version: 1" at its top.')
    const made = this.#policies(root)
    return { default: this.#default(root), ...made }
  }

  #default(root: YAMLMap): 'allow' | 'deny' {
    const given: unknown = root.has('default') ? root.get('default') : 'allow'
    if (given === 'allow' || given === 'deny') return given
    this.#issue(root.get('default', true) ?? root, 'default must be allow or deny')
    return 'deny'
  }

  #policies(root: YAMLMap): Pick<ParsedPolicyFile, 'policies' | 'specs'> {
    const list: unknown = root.get('policies', true)
    const policies: Policy[] = []
    const specs: string[] = []
    if (!isSeq(list)) {
      this.#issue(list ?? root, 'policies must be a list', 'Write "policies:" and a "- policy: …" for each.')
      return { policies, specs }
    }
    if (list.items.length === 0)
      this.#issue(
        list,
        'policies is empty, so nothing would be guarded',
        'Write "- policy: data-protection".',
      )
    for (const item of list.items) {
      const policy = this.#policy(item)
      if (policy === undefined) continue
      if (policies.some(({ name }) => name === policy.made.name))
        this.#issue(item, `the name ${policy.made.name} is taken`, 'Give one of them another "name".')
      policies.push(policy.made)
      specs.push(policy.spec)
    }
    return { policies, specs }
  }

  #policy(item: unknown): { readonly made: Policy; readonly spec: string } | undefined {
    const value = this.#plain(item)
    if (value === undefined) return undefined
    try {
      const spec = value as PolicySpec
      return { made: this.#make(spec), spec: JSON.stringify(spec) }
    } catch (error) {
      if (!isAosError(error)) throw error
      return this.#issue(this.#blamed(item, error.message), error.message, error.fix)
    }
  }

  #plain(item: unknown): unknown {
    if (!isMap(item) && !isScalar(item))
      return this.#issue(item, 'a policy is a name or an object', 'Write "- policy: data-protection".')
    try {
      return item.toJS(this.#document, { maxAliasCount: 10 })
    } catch (error) {
      return this.#issue(item, error instanceof Error ? error.message : 'it cannot be read')
    }
  }

  /** The member of a definition that an error message names, or the whole definition. */
  #blamed(item: unknown, message: string): unknown {
    if (!isMap(item)) return item
    const words = new Set(message.match(/[\w-]+/g))
    const named = item.items.find(
      ({ key }) => isScalar(key) && key.value !== 'policy' && words.has(String(key.value)),
    )
    return named?.key ?? item
  }

  #issue(at: unknown, message: string, fix?: string): undefined {
    const offset: unknown = Reflect.get(Object(at), 'range')
    const start: unknown = Array.isArray(offset) ? offset[0] : 0
    const { line } = this.#lines.linePos(typeof start === 'number' ? start : 0)
    this.issues.push({ line: Math.max(1, line), message, fix })
    return undefined
  }
}

function invalidFile(file: string, issues: readonly PolicyFileIssue[]): AosError {
  const list = issues.map(({ line, message }) => `${file}:${line}: ${message}`)
  const fixes = issues.flatMap(({ line, fix }) => (fix === undefined ? [] : [`line ${line}: ${fix}`]))
  return new AosError({
    code: 'invalid_policy',
    message: list.join('\n'),
    why: 'A policy file that is only half understood would guard only half of what it says.',
    fix: fixes.length === 0 ? 'Mend the lines named above.' : fixes.join('\n'),
  })
}
