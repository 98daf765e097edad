/** The database cannot be reached, or did not answer in time; the same request may succeed a little later. */
export class StoreUnavailableError extends Error {
  override readonly name: string = 'StoreUnavailableError'
}

/** Whether an error is a {@link StoreUnavailableError}, of whichever copy of this package. */
export function isStoreUnavailable(error: unknown): error is StoreUnavailableError {
  return error instanceof Error && error.name === 'StoreUnavailableError'
}
