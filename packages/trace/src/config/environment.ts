/** Reads `OTEL_*` variables; a value that cannot be used is noted and then treated as not set, as OpenTelemetry demands. */
export interface EnvironmentReader {
  readonly ignored: readonly string[]
  text(...names: string[]): string | undefined
  flag(name: string): boolean
  number(name: string): number | undefined
  oneOf<Value extends string>(values: readonly Value[], ...names: string[]): Value | undefined
  pairs(...names: string[]): Readonly<Record<string, string>>
  ignore(name: string, why: string): void
}

/** Creates a reader of the given environment; blank variables count as not set. */
export function createEnvironmentReader(
  environment: Readonly<Record<string, string | undefined>>,
): EnvironmentReader {
  const ignored: string[] = []
  const ignore = (name: string, why: string): undefined => {
    ignored.push(`${name}: ${why}`)
  }
  const get = (name: string): string | undefined => environment[name]?.trim() || undefined
  const text = (...names: string[]): string | undefined => names.map(get).find((value) => value !== undefined)
  return {
    ignored,
    ignore,
    text,
    flag: (name) => get(name)?.toLowerCase() === 'true',
    number(name) {
      const value = get(name)
      if (value === undefined) return undefined
      const number = Number(value)
      if (Number.isFinite(number) && number >= 0) return number
      return ignore(name, 'it is not a number')
    },
    oneOf(values, ...names) {
      const name = names.find((candidate) => get(candidate) !== undefined)
      if (name === undefined) return undefined
      const found = values.find((value) => value === get(name)?.toLowerCase())
      if (found === undefined) ignore(name, `it is none of ${values.join(', ')}`)
      return found
    },
    pairs(...names) {
      // a later name overrides an earlier one
      return Object.fromEntries(
        names.flatMap((name) => parsePairs(get(name) ?? '', (why) => ignore(name, why))),
      )
    },
  }
}

function parsePairs(text: string, ignore: (why: string) => void): [string, string][] {
  return text.split(',').flatMap((pair): [string, string][] => {
    if (pair.trim() === '') return []
    const at = pair.indexOf('=')
    // the pair itself may be a credential, so the reason does not repeat it
    if (at <= 0) {
      ignore('an entry is not key=value')
      return []
    }
    try {
      return [[decodeURIComponent(pair.slice(0, at).trim()), decodeURIComponent(pair.slice(at + 1).trim())]]
    } catch {
      ignore('an entry is not percent-encoded correctly')
      return []
    }
  })
}
