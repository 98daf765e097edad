import type { Line } from './line.ts'
import { SDK_1 } from './sdk-1.ts'
import { SDK_2, SDK_2_STATELESS } from './sdk-2.ts'

/** Each line of the SDK in each protocol version it is tested with. */
export const LINES: readonly Line[] = [SDK_1, SDK_2, SDK_2_STATELESS]
