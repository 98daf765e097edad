import { AosError } from '../errors.ts'
import { boundTool, toolNameOf, type AmbientToolOptions } from './bound-tool.ts'
import { currentRun } from './current-run.ts'

/**
 * Makes a tool of a plain function: each call is judged in the run it is made from. Called outside of any run it
 * throws `no_run`, because nothing could judge it there; `aos.tool(fn)` is bound to its run instead.
 */
export function tool<A extends readonly [parameters?: unknown], R>(
  execute: (...parameters: A) => R | PromiseLike<R>,
  options: AmbientToolOptions = {},
): (...parameters: A) => Promise<R> {
  const toolName = toolNameOf(execute, options)
  return async (...parameters) => {
    const run = currentRun()
    if (run === undefined) {
      throw new AosError({
        code: 'no_run',
        message: `The tool ${toolName} was called outside of a run`,
        why: 'A call that belongs to no run is judged by nobody, so it is not made.',
        fix: 'Call it from inside an instrumented agent.',
      })
    }
    return boundTool(run, execute, options)(...parameters)
  }
}
