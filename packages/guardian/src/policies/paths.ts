import { lstatSync, realpathSync } from 'node:fs'
import { posix } from 'node:path'
import { invalidOption, knownOptions, textList } from './policy-options.ts'
import { compilePathPatterns, type PathTest } from './paths-patterns.ts'
import { readingsOf, type PathReading } from './paths-readings.ts'

/** Which files a path may name; plain JSON. */
export interface PathRule {
  /** Folders or files, with all that lies in them; `*` any name, `**` any folders. Compared as written. */
  readonly allow?: string | readonly string[] | undefined
  /** Folders or files that may not be named, in upper or lower case; it outranks `allow`. */
  readonly deny?: string | readonly string[] | undefined
  /** Absolute folder in which relative paths start. Without it they are denied where a pattern is absolute. */
  readonly base?: string | undefined
  /** Looks on this machine's disk where symbolic links lead, and holds the rule against that too. Default false. */
  readonly realpath?: boolean | undefined
}

/** Says what is wrong with a text, as a reason code; `undefined` where it may be used. */
export type TextTest = (text: string) => string | undefined

/** Compiles a rule for paths into one test. */
export function compilePathRule(policy: string, option: string, given: unknown): TextTest {
  const rule: PathRule = knownOptions(policy, given, ['allow', 'deny', 'base', 'realpath'])
  const allow = textList(policy, `${option}.allow`, rule.allow)
  const deny = textList(policy, `${option}.deny`, rule.deny) ?? []
  if (allow === undefined && deny.length === 0)
    throw invalidOption(policy, {
      option,
      problem: 'neither allows nor denies',
      fix: 'Give it allow or deny.',
    })
  const follows = rule.realpath ?? false
  if (typeof follows !== 'boolean')
    throw invalidOption(policy, {
      option: `${option}.realpath`,
      problem: 'is neither true nor false',
      fix: 'Write true or false.',
    })
  const base = readBase(policy, `${option}.base`, rule.base)
  const all = [...(allow ?? []), ...deny]
  const needsBase = base === undefined && all.some((pattern) => /^(?:[/\\]|[A-Za-z]:)/.test(pattern))
  const real = (patterns: readonly string[]): readonly string[] =>
    follows ? [...patterns, ...realOf(patterns)] : patterns
  const at = { policy, option, base }
  const isAllowed = allow === undefined ? () => true : compilePathPatterns(real(allow), at, false)
  const isDenied = compilePathPatterns(real(deny), at, true)
  const judge = (text: string): string | undefined =>
    judgeReadings(text, { isAllowed, isDenied, base, needsBase })
  return (text) => {
    const problem = judge(text)
    if (problem !== undefined || !follows) return problem
    const target = targetOf(text, base)
    return target === undefined ? 'path_unreadable' : judge(target)
  }
}

interface Judge {
  readonly isAllowed: PathTest
  readonly isDenied: PathTest
  readonly base: PathReading | undefined
  readonly needsBase: boolean
}

function judgeReadings(text: string, { isAllowed, isDenied, base, needsBase }: Judge): string | undefined {
  const readings = readingsOf(text)
  if (readings === undefined) return 'path_unreadable'
  for (const reading of readings) {
    if (reading.root === '' && needsBase) return 'path_relative'
    if (reading.root === '' && base === undefined && reading.climbs) return 'path_denied'
    const whole = reading.root === '' && base !== undefined ? below(reading, base) : reading
    if (whole === undefined || isDenied(whole) || !isAllowed(whole)) return 'path_denied'
  }
  return undefined
}

// a relative path that climbs out of its base is not worth following
function below(reading: PathReading, base: PathReading): PathReading | undefined {
  return reading.climbs
    ? undefined
    : { root: base.root, names: [...base.names, ...reading.names], climbs: false }
}

function readBase(policy: string, option: string, given: unknown): PathReading | undefined {
  if (given === undefined) return undefined
  const readings = typeof given === 'string' ? readingsOf(given) : undefined
  const [reading] = readings?.slice(-1) ?? []
  if (reading !== undefined && reading.root !== '') return reading
  throw invalidOption(policy, {
    option,
    problem: 'is no absolute path',
    fix: 'Write the folder in full, such as "/srv/data".',
  })
}

function realOf(patterns: readonly string[]): readonly string[] {
  return patterns.filter((pattern) => !/[*?]/.test(pattern)).flatMap((pattern) => realTarget(pattern) ?? [])
}

function targetOf(text: string, base: PathReading | undefined): string | undefined {
  // the disk follows a link before it climbs out of it
  if (/(?:^|[/\\])\.\.(?:[/\\]|$)/.test(text)) return undefined
  const path =
    posix.isAbsolute(text) || base === undefined ? text : `${base.root}${base.names.join('/')}/${text}`
  return realTarget(path)
}

/** Where a path leads on this disk; of one that does not exist yet, its folder. */
function realTarget(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== 'ENOENT') return undefined
    // a link to nothing is there, and what is written to it lands elsewhere
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return undefined
    const folder = posix.dirname(path)
    if (folder === path) return undefined
    const real = realTarget(folder)
    return real === undefined ? undefined : posix.join(real, posix.basename(path))
  }
}
