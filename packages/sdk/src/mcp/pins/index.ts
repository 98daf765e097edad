// The public surface of tool pinning, part of @aos/sdk/mcp.
export { filePins } from './file-pins.ts'
export type { ToolChange } from './pin-keeper.ts'
export type { ToolPinsOptions } from './pin-options.ts'
export { memoryPins, type LocalToolPins, type ToolPinEntry, type ToolPinStore } from './pin-store.ts'
export { pinOf, type PinnedPart, type ToolPin } from './tool-pin.ts'
export { toolPins, type ToolPins } from './tool-pins.ts'
export type { Standing } from './tool-standing.ts'
