/** Where the real models of one framework come from. */
export interface Provider {
  readonly key: 'OPENAI_API_KEY' | 'ANTHROPIC_API_KEY'
  readonly package: string
  readonly member: string
  readonly modelId: string
}

/** The model the demo runs on, and what the screen says about it. */
export interface ChosenModel<M> {
  readonly model: M
  readonly scripted: boolean
  readonly label: string
}

/** How one framework makes its models. */
export interface ModelSource<M> {
  readonly providers: readonly Provider[]
  readonly scripted: () => M
  /** Makes a model of what a provider's package exports. */
  readonly real: (exported: unknown, modelId: string) => M
}

/** Takes the provider whose API key is in the environment and whose package is installed; else the scripted model. */
export async function chooseModel<M>(
  { providers, scripted, real }: ModelSource<M>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ChosenModel<M>> {
  const told = (note: string): ChosenModel<M> => ({
    model: scripted(),
    scripted: true,
    label: `scripted (${note})`,
  })
  const wanted = providers.find(({ key }) => env[key] !== undefined && env[key] !== '')
  if (wanted === undefined) return told('set OPENAI_API_KEY or ANTHROPIC_API_KEY for a real one')
  const modelId = env['AOS_DEMO_MODEL'] || wanted.modelId
  const exported = await load(wanted)
  if (typeof exported === 'function')
    return { model: real(exported, modelId), scripted: false, label: `${modelId} (${wanted.package})` }
  const install = `node scripts/dev.mjs exec pnpm add ${wanted.package} --filter @aos-private/examples`
  return told(`${wanted.key} is set, but ${wanted.package} is not installed: ${install}`)
}

async function load({ package: name, member }: Provider): Promise<unknown> {
  try {
    const loaded: unknown = await import(name)
    return Reflect.get(Object(loaded), member)
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}
