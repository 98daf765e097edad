/** The versions of a framework: what users install today, and the older ones that still have to work. */
export interface Versions<T> {
  readonly newest: readonly T[]
  readonly older: readonly T[]
}

/** Which of them a run tests: `newest` in `npm test`, `older` in `npm run test:system`, all of them by default. */
export function chosenVersions<T>(
  { newest, older }: Versions<T>,
  choice: string = process.env['AOS_TEST_VERSIONS'] ?? 'all',
): readonly T[] {
  switch (choice) {
    case 'newest':
      return newest
    case 'older':
      return older
    case 'all':
      return [...older, ...newest]
    default:
      throw new Error(`AOS_TEST_VERSIONS is newest, older or all, not "${choice}"`)
  }
}
