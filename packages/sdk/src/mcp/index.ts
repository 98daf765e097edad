// The public surface of @aos/sdk/mcp: what judges the messages of the Model Context Protocol.
export { instrumentMcpClient, type McpClientShape } from './instrument-client.ts'
export { instrumentMcpServer, type McpServerShape } from './instrument-server.ts'
export { instrumentMcpTransport, type McpTransportShape } from './instrument-transport.ts'
export { mcpServerOf } from './server-mark.ts'
export type { InstrumentMcpOptions } from './options.ts'
export type { InstrumentObjectOptions, InstrumentOwner } from '../objects/reach.ts'
export {
  filePins,
  memoryPins,
  pinOf,
  toolPins,
  type LocalToolPins,
  type PinnedPart,
  type Standing,
  type ToolChange,
  type ToolPin,
  type ToolPinEntry,
  type ToolPins,
  type ToolPinsOptions,
  type ToolPinStore,
} from './pins/index.ts'
