/** Makes an event and everything in it immutable, so that no sink can change what another one gets. */
export function freezeEvent(value: object): void {
  if (Object.isFrozen(value)) return
  Object.freeze(value)
  for (const member of Object.values(value) as unknown[])
    if (typeof member === 'object' && member !== null) freezeEvent(member)
}
