import { generateAgBOM, type AgBOMOptions } from '@aos/inspect'
import { AOSInstrument } from '@aos/sdk'
import { dirname, resolve } from 'node:path'
import { writePrivate } from '../documents/write-file.ts'
import { readPrivateKey } from '../keys/signing-keys.ts'
import { CliError, toldError } from '../terminal/cli-error.ts'
import type { Answer, Context } from '../terminal/context.ts'
import { counted } from '../terminal/counted.ts'
import { EXIT } from '../terminal/exit-codes.ts'
import { loadExport } from './load-module.ts'

/** What `aos agbom` is told by its options. */
export interface AgbomRequest extends Pick<AgBOMOptions, 'format' | 'specVersion' | 'packages'> {
  readonly export: string
  readonly out?: string
  readonly sign?: string
}

/** Makes the bill of materials of the agent that a module exports. */
export async function agbom(module: string, request: AgbomRequest, { terminal }: Context): Promise<Answer> {
  const { export: name, out, sign, format, specVersion, packages } = request
  if (sign !== undefined && out === undefined)
    throw new CliError({
      message: '--sign needs --out',
      fix: 'Pass --out bom.json; the signature is in bom.json.jws.',
    })
  const key = sign === undefined ? undefined : await readPrivateKey(sign, terminal.env)
  const agent = await loadExport(module, name)
  if (typeof agent !== 'object' && typeof agent !== 'function')
    throw new CliError({
      message: `${module} exports no agent, but a ${typeof agent}`,
      fix: 'Export the agent: export default agent',
    })
  // one that is instrumented already stays as it is
  const bom = await generateAgBOM(instrumented(module, agent as object), {
    directory: dirname(resolve(module)),
    format,
    specVersion,
    packages,
  })
  const text = bom.toString()
  // two of the formats have no form in JSON
  const document = bom.format === 'swid' || bom.format === 'spdx' ? { format: bom.format, text } : undefined
  if (out === undefined) return { exitCode: EXIT.ok, json: document ?? bom.toJSON(), text }
  await writePrivate(out, text)
  if (key !== undefined) await writePrivate(`${out}.jws`, bom.sign(key))
  const files = [out, ...(key === undefined ? [] : [`${out}.jws`])]
  return {
    exitCode: EXIT.ok,
    json: { files, entries: bom.graph.entries.length },
    text: `wrote ${files.join(' and ')}: ${counted(bom.graph.entries.length, 'component')} of ${bom.graph.agent.name}`,
  }
}

function instrumented(module: string, agent: object): object {
  try {
    return new AOSInstrument(agent)
  } catch (cause) {
    const { why, fix } = toldError(cause)
    throw new CliError({
      message: `${module} exports nothing that is known as an agent`,
      why,
      fix,
      exit: 'failed',
      cause,
    })
  }
}
