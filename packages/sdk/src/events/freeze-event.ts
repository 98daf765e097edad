/** Makes an object and everything in it immutable, so that nobody who gets it can change what another one gets. */
export function freezeEvent(value: object): void {
  if (Object.isFrozen(value)) return
  Object.freeze(value)
  for (const member of Object.values(value) as unknown[])
    if (typeof member === 'object' && member !== null) freezeEvent(member)
}
