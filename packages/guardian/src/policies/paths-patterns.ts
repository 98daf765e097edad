import { compileMatch } from '@aos/sdk/adapter'
import { readingsOf, type PathReading } from './paths-readings.ts'
import { invalidOption } from './policy-options.ts'

/** Says whether a path is meant. */
export type PathTest = (path: PathReading) => boolean

interface Pattern {
  readonly root: string | undefined
  readonly names: readonly ((name: string) => boolean)[]
  readonly deep: readonly boolean[]
}

/** Whose patterns they are, and where relative ones start. */
export interface PatternPlace {
  readonly policy: string
  readonly option: string
  readonly base: PathReading | undefined
}

/** Compiles patterns; one that names a folder means all that lies in it. */
export function compilePathPatterns(
  patterns: readonly string[],
  place: PatternPlace,
  loose: boolean,
): PathTest {
  const fold = loose ? foldName : (name: string) => name
  const compiled = patterns.map((pattern) => compilePattern(pattern, place, fold))
  return ({ root, names }) => {
    const folded = names.map(fold)
    return compiled.some((pattern) => (pattern.root ?? root) === root && matches(pattern, folded))
  }
}

function compilePattern(text: string, place: PatternPlace, fold: (name: string) => string): Pattern {
  const reading = readingsOf(text)?.at(-1)
  if (reading === undefined || reading.climbs || reading.names.filter((name) => name === '**').length > 2)
    throw invalidOption(place.policy, {
      option: place.option,
      problem: 'has a path that cannot be read',
      fix: 'Write paths without "~", variables, URLs, leading ".." and a third "**", such as "/srv/data" or "**/.ssh".',
    })
  const anywhere = reading.names[0] === '**'
  const isBelow = reading.root === '' && !anywhere && place.base !== undefined
  const names = isBelow ? [...(place.base?.names ?? []), ...reading.names] : reading.names
  const root = isBelow ? place.base?.root : reading.root === '' && anywhere ? undefined : reading.root
  return {
    root,
    names: names.map((name) => compileMatch(fold(name))),
    deep: names.map((name) => name === '**'),
  }
}

// a pattern that is used up means the folder reached and all below it
function matches({ names: parts, deep }: Pattern, names: readonly string[]): boolean {
  const reaches = (at: number, from: number): boolean => {
    if (at === parts.length) return true
    if (deep[at] === true) {
      for (let next = from; next <= names.length; next++) if (reaches(at + 1, next)) return true
      return false
    }
    const name = names[from]
    return name !== undefined && parts[at]?.(name) === true && reaches(at + 1, from + 1)
  }
  return reaches(0, 0)
}

// disks of other machines know no case, and drop what stands at the end of a name
function foldName(name: string): string {
  return (
    name
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[. ]+$/, '') || name
  )
}
