// What @aos/sdk/a2a exports.
export {
  instrumentA2AClient,
  instrumentA2ATransport,
  type A2AClientShape,
  type A2ATransportShape,
} from './client.ts'
export { instrumentA2AHandler, type A2ARequestHandlerShape } from './handler.ts'
export { a2aInterceptor, type A2AInterceptor } from './interceptor.ts'
export type { A2AOptions, StreamEvents } from './options.ts'
export type { InstrumentOwner } from '../objects/reach.ts'
