/** Whether a version lies in a range made of `>=`, `<`, `^` and plain comparators, joined by blanks and `||`. */
export function isInRange(version: string, range: string): boolean {
  return range.split('||').some((part) =>
    part
      .trim()
      .split(/\s+/)
      .every((comparator) => satisfies(version, comparator)),
  )
}

function satisfies(version: string, comparator: string): boolean {
  const [, operator = '', text = ''] = /^(>=|<|\^|=)?(.*)$/.exec(comparator) ?? []
  const bound = toNumbers(text)
  const order = compare(toNumbers(version), bound)
  if (text === '' || text === '*') return true
  if (operator === '>=') return order >= 0
  if (operator === '<') return order < 0
  if (operator === '^') return order >= 0 && compare(toNumbers(version), nextBreaking(bound)) < 0
  return order === 0
}

type Numbers = readonly [number, number, number]

function toNumbers(version: string): Numbers {
  const [major = 0, minor = 0, patch = 0] = version
    .split(/[.+-]/, 3)
    .map((part) => Number.parseInt(part, 10) || 0)
  return [major, minor, patch]
}

function nextBreaking([major, minor, patch]: Numbers): Numbers {
  if (major > 0) return [major + 1, 0, 0]
  return minor > 0 ? [0, minor + 1, 0] : [0, 0, patch + 1]
}

function compare(left: Numbers, right: Numbers): number {
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2]
}
