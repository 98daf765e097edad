import type { Effects } from './tools.ts'

/** An agent the demo shows, and the model it runs on. */
export interface DemoAgent {
  readonly agent: object
  readonly scripted: boolean
  /** What the screen says about the model. */
  readonly label: string
  /** The text of what a turn gives. */
  readonly textOf: (result: unknown) => string
}

/** A framework the demo shows. */
export interface Framework {
  readonly title: string
  createAgent(effects: Effects): Promise<DemoAgent>
}
