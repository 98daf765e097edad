/** What stands beside each other in two lists; one side is absent where the other has more. */
export interface Pair<T> {
  readonly left?: T
  readonly right?: T
}

type SameAt = (at: number, other: number) => boolean

const MOST_CELLS = 4_000_000

/** Puts two lists beside each other so that as many entries as possible meet one that is the same. */
export function alignLists<T>(
  left: readonly T[],
  right: readonly T[],
  isSame: (one: T, other: T) => boolean,
): readonly Pair<T>[] {
  const isSameAt: SameAt = (at, other) => isSame(left[at] as T, right[other] as T)
  const head = commonLength(left.length, right.length, (at) => isSameAt(at, at))
  const tail = commonLength(left.length - head, right.length - head, (at) =>
    isSameAt(left.length - 1 - at, right.length - 1 - at),
  )
  const middle = [left.slice(head, left.length - tail), right.slice(head, right.length - tail)] as const
  return [
    ...zip(left.slice(0, head), right.slice(0, head)),
    ...alignMiddle(middle[0], middle[1], (at, other) => isSameAt(head + at, head + other)),
    ...zip(left.slice(left.length - tail), right.slice(right.length - tail)),
  ]
}

function commonLength(leftLength: number, rightLength: number, isSame: (at: number) => boolean): number {
  let length = 0
  while (length < leftLength && length < rightLength && isSame(length)) length += 1
  return length
}

function zip<T>(left: readonly T[], right: readonly T[]): Pair<T>[] {
  return left.map((one, at) => ({ left: one, right: right[at] as T }))
}

// the longest common subsequence; what is too long for its table is told as replaced
function alignMiddle<T>(left: readonly T[], right: readonly T[], isSameAt: SameAt): readonly Pair<T>[] {
  if (left.length * right.length > MOST_CELLS) return apart(left, right)
  const width = right.length + 1
  const lengths = new Uint32Array((left.length + 1) * width)
  for (let row = left.length - 1; row >= 0; row -= 1)
    for (let column = right.length - 1; column >= 0; column -= 1) {
      const below = lengths[(row + 1) * width + column] ?? 0
      const beside = lengths[row * width + column + 1] ?? 0
      lengths[row * width + column] = isSameAt(row, column)
        ? (lengths[(row + 1) * width + column + 1] ?? 0) + 1
        : Math.max(below, beside)
    }
  const pairs: Pair<T>[] = []
  let [row, column] = [0, 0]
  while (row < left.length && column < right.length) {
    if (isSameAt(row, column)) pairs.push({ left: left[row++] as T, right: right[column++] as T })
    else if ((lengths[(row + 1) * width + column] ?? 0) >= (lengths[row * width + column + 1] ?? 0))
      pairs.push({ left: left[row++] as T })
    else pairs.push({ right: right[column++] as T })
  }
  return [...pairs, ...apart(left.slice(row), right.slice(column))]
}

function apart<T>(left: readonly T[], right: readonly T[]): Pair<T>[] {
  return [...left.map((one) => ({ left: one })), ...right.map((one) => ({ right: one }))]
}
