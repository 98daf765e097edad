// How a run goes on in another process: what messages carry, and how it is read.
export { outgoingLinks } from './outgoing-links.ts'
export { remoteCaller, type RemoteCaller } from './remote-caller.ts'
