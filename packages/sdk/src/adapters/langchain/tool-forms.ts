import { callIfFunction, type Method, type ToolShape } from './shapes.ts'

// forms of tools whose call was judged before: no other seam judges it again
const JUDGED = new WeakSet<object>()

/** Whether a tool is the form of one that was made for a call that has been judged. */
export function isJudgedForm(tool: object): boolean {
  return JUDGED.has(tool)
}

/** Whether a tool does its work in `_call`, behind LangChain's own parsing and formatting. */
export function hasOwnCall(tool: ToolShape): tool is ToolShape & { readonly _call: Method } {
  return typeof Reflect.get(tool, '_call') === 'function' && typeof Reflect.get(tool, 'call') === 'function'
}

/** The tool with other members, for one call. Its own methods find the members of the tool through it. */
export function formOf<T extends ToolShape>(tool: T, members: Readonly<Record<string, unknown>>): T {
  const form = new Proxy(tool, {
    get: (target, key) =>
      typeof key === 'string' && Object.hasOwn(members, key)
        ? members[key]
        : (Reflect.get(target, key, target) as unknown),
  })
  JUDGED.add(form)
  return form
}

const QUIET = { callbacks: undefined, verbose: false } as const

/** What the tool's own schema has against arguments, or nothing: its own parsing is run, and nothing of its work. */
export async function problemOf(tool: ToolShape, args: unknown): Promise<string | undefined> {
  if (!hasOwnCall(tool)) return problemOfSchema(tool.schema, args)
  const probe = formOf(tool, { ...QUIET, _call: async () => '', responseFormat: 'content' })
  try {
    await callIfFunction(Reflect.get(probe, 'call'), probe, [args, { callbacks: [] }])
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : 'invalid'
  }
}

async function problemOfSchema(schema: unknown, args: unknown): Promise<string | undefined> {
  const safeParse: unknown =
    typeof schema === 'object' && schema !== null ? Reflect.get(schema, 'safeParseAsync') : undefined
  if (typeof safeParse !== 'function') return undefined
  const result = (await Reflect.apply(safeParse, schema, [args])) as {
    readonly success: boolean
    readonly error?: Error
  }
  return result.success ? undefined : (result.error?.message ?? 'invalid')
}

/** What the tool would answer had it brought back this text: LangChain formats it, and nothing of its work is done. */
export async function answerInPlace(
  tool: ToolShape,
  text: string,
  given: { readonly method: string; readonly input: unknown; readonly config: unknown },
): Promise<unknown> {
  if (!hasOwnCall(tool)) return text
  const form = formOf(tool, {
    ...QUIET,
    _call: async () => text,
    schema: {},
    responseFormat: 'content',
  })
  return callIfFunction(Reflect.get(form, given.method), form, [given.input, silenced(given.config)])
}

// some callers hand over a manager of callbacks in the place of a configuration
function silenced(config: unknown): object {
  const isConfig =
    typeof config === 'object' && config !== null && !Array.isArray(config) && !('name' in config)
  return isConfig ? { ...config, callbacks: [] } : { callbacks: [] }
}
