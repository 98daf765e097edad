import { AosError } from '@aos/sdk'
import { readFileSync, statSync } from 'node:fs'
import { canonicalJson } from '@agent-run/types'
import { policyFrom, type PolicyFactories, type PolicySpec } from '../policies/policy-from.ts'
import { unknownKey } from '../known-keys.ts'
import type { PolicySource } from '../policy/policy-source.ts'
import type { Policy } from '../policy/policy.ts'
import { parsePolicyFile, type ParsedPolicyFile } from './parse-policy-file.ts'

/** Options of {@link policyFile}. */
export interface PolicyFileOptions {
  /** Whether changes of the file are taken up while it is used; default true. */
  readonly watch?: boolean | undefined
  /** Milliseconds between two looks at the file; default 1000. */
  readonly intervalMs?: number | undefined
  /** SHA-256 digests (hexadecimal) that the file may have; any other content is refused. */
  readonly pins?: readonly string[] | undefined
  /** Policies that are not built in, by the name the file calls them: `{ cel: celPolicy }`. */
  readonly factories?: PolicyFactories | undefined
  /** Hears why a changed file was not taken up; the policies that held before still hold. */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** A policy file in use. */
export interface PolicyFile extends PolicySource {
  /** Looks at the file now; throws `invalid_policy` where it does not hold, and keeps what held before. */
  reload(): boolean
  /** Changed contents that were refused. */
  readonly refused: number
}

const INTERVAL_MS = 1000

const OPTIONS: Readonly<Record<keyof Required<PolicyFileOptions>, true>> = {
  watch: true,
  intervalMs: true,
  pins: true,
  onError: true,
  factories: true,
}

function stampOf(path: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true })
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`
  } catch {
    // why it cannot be looked at is told by reading it
    return ''
  }
}

/**
 * Loads a policy file and takes up its changes: a new content is used once the whole of it holds, in one step, so that
 * there is no moment without policies. A policy whose definition stays the same keeps its state.
 */
export function policyFile(path: string, options: PolicyFileOptions = {}): PolicyFile {
  const unknown = unknownKey(options, OPTIONS)
  if (unknown !== undefined)
    throw new AosError({
      code: 'invalid_options',
      message: `policyFile() has no option ${unknown}`,
      why: 'A misspelt option would silently be ignored.',
      fix: `Known: ${Object.keys(OPTIONS).join(', ')}.`,
    })
  return new WatchedPolicyFile(path, options)
}

class WatchedPolicyFile implements PolicyFile {
  refused = 0
  readonly #path: string
  readonly #options: PolicyFileOptions
  readonly #listeners = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined
  /** Of the content that was looked at last, whether it was taken up or refused. */
  #stamp = ''
  #known = new Map<string, Policy>()
  #parsed: ParsedPolicyFile

  constructor(path: string, options: PolicyFileOptions) {
    this.#path = path
    this.#options = options
    this.#parsed = this.#parse(this.#read())
    this.#watch()
  }

  get policies(): readonly Policy[] {
    return this.#parsed.policies
  }

  get default(): 'allow' | 'deny' {
    return this.#parsed.default
  }

  get hash(): string {
    return this.#parsed.hash
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    this.#watch()
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#rest()
    }
  }

  reload(): boolean {
    const parsed = this.#parse(this.#read())
    if (parsed.hash === this.#parsed.hash) return false
    const gone = this.#parsed.policies.filter((policy) => !parsed.policies.includes(policy))
    this.#parsed = parsed
    for (const listener of this.#listeners) listener()
    for (const policy of gone) policy.close?.()
    return true
  }

  close(): void {
    this.#rest()
    this.#listeners.clear()
    for (const policy of this.#parsed.policies) policy.close?.()
  }

  #watch(): void {
    if (this.#options.watch === false) return
    this.#timer ??= setInterval(() => this.#look(), this.#options.intervalMs ?? INTERVAL_MS).unref()
  }

  // until somebody listens again
  #rest(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #look(): void {
    if (stampOf(this.#path) === this.#stamp) return
    try {
      this.reload()
    } catch (error) {
      this.refused++
      this.#options.onError?.(error)
    }
  }

  #read(): string {
    // taken before it is read, so that what is written meanwhile is seen as a change
    this.#stamp = stampOf(this.#path)
    try {
      return readFileSync(this.#path, 'utf8')
    } catch (cause) {
      throw new AosError({
        code: 'invalid_policy',
        message: `The policy file ${this.#path} cannot be read`,
        why: 'Without its policies nothing would be guarded.',
        fix: 'Give the path of a YAML or JSON file that this process may read.',
        cause,
      })
    }
  }

  #parse(text: string): ParsedPolicyFile {
    const next = new Map<string, Policy>()
    const make = (spec: PolicySpec): Policy => {
      const key = canonicalJson(spec)
      const policy = this.#known.get(key) ?? policyFrom(spec, this.#options.factories)
      next.set(key, policy)
      return policy
    }
    const parsed = parsePolicyFile(text, { file: this.#path, make })
    this.#checkPin(parsed.hash)
    this.#known = next
    return parsed
  }

  #checkPin(hash: string): void {
    const { pins } = this.#options
    if (pins === undefined || pins.includes(hash)) return
    throw new AosError({
      code: 'invalid_policy',
      message: `The policy file ${this.#path} has the digest ${hash}, which is not pinned`,
      why: 'It is not the content that was agreed on.',
      fix: 'Restore the file, or add its SHA-256 digest to pins after a review.',
    })
  }
}
