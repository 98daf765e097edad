import { AOSInstrument, type GuardedRun } from '../../index.ts'

// the input's type is given or unknown, and `aos` needs no annotation
const agent = new AOSInstrument(async (input: string, aos) => {
  aos satisfies GuardedRun
  return aos.toolCall({ toolName: 'length', parameters: { input } }, () => input.length)
})

const length: Promise<number> = agent('four')
const same: Promise<number> = agent.run('four')
void [length, same]

// @ts-expect-error the instrument brings aos itself
void agent('four', {})

// @ts-expect-error the input is a text
void agent(4)
