/** The database cannot be reached, or did not answer in time; the same request may succeed a little later. */
export class StoreUnavailableError extends Error {
  override readonly name: string = 'StoreUnavailableError'
}
