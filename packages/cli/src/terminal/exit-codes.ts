/** What the program ends with: all is well, something is wrong with what was looked at, it was used wrongly, it could not do it. */
export const EXIT = { ok: 0, found: 1, usage: 2, failed: 3 } as const
