/** Of what warnings are told; `process` is one. */
export type Warner = Pick<NodeJS.Process, 'emitWarning'>

/**
 * Keeps back what Node 22 says of `node:sqlite` each time: that it may change is for those who write programs. All other
 * warnings are told as ever.
 */
export function hideSqliteWarning(target: Warner): void {
  const emit = target.emitWarning.bind(target) as (...args: readonly unknown[]) => void
  target.emitWarning = (...args: readonly unknown[]): void => {
    if (!isOfSqlite(args)) emit(...args)
  }
}

function isOfSqlite([warning, options]: readonly unknown[]): boolean {
  const type: unknown =
    typeof options === 'object' && options !== null ? Reflect.get(options, 'type') : options
  return type === 'ExperimentalWarning' && typeof warning === 'string' && warning.startsWith('SQLite ')
}
