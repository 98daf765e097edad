/** Version of this package; the release script keeps it equal to package.json. */
export const VERSION: string = '0.1.0'
