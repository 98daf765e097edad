import { isBag, withMembers, type AnswerShape, type Bag } from './shapes.ts'

/** What a text of an answer is. */
export type Part = 'text' | 'reasoning' | 'object'

/** Judges one text of an answer. */
export type Judge = (text: string, part: Part) => Promise<string>

/** Judges what one block of an answer says; nothing is left of a thought that may not leave as it is. */
export async function judgeBlock(block: unknown, spoken: Part, judge: Judge): Promise<unknown> {
  if (typeof block === 'string') return block === '' ? block : judge(block, spoken)
  if (!isBag(block)) return block
  for (const key of ['text', 'refusal', 'reasoning', 'thinking']) {
    const text = block[key]
    if (typeof text !== 'string' || text === '') continue
    const part = key === 'text' ? spoken : key === 'refusal' ? 'text' : 'reasoning'
    const judged = await judge(text, part)
    if (judged === text) return block
    // a signature speaks for what was signed
    return part === 'reasoning' ? undefined : { ...withoutSignature(block), [key]: judged }
  }
  const { type, value } = block
  if (type === 'non_standard') {
    const judged = await judgeBlock(value, spoken, judge)
    return judged === value ? block : judged === undefined ? undefined : { ...block, value: judged }
  }
  const thought = thoughtIn(block)
  return thought === '' || (await judge(thought, 'reasoning')) === thought ? block : undefined
}

function withoutSignature({ signature: _signature, ...block }: Bag): Bag {
  return block
}

/** Judges what some providers keep beside the content: what the model thought, or why it refuses. */
export async function withAside(answer: AnswerShape, judge: Judge): Promise<AnswerShape> {
  if (!isBag(answer.additional_kwargs)) return answer
  const { reasoning_content: thought, reasoning, refusal } = answer.additional_kwargs
  const changed: Record<string, unknown> = {}
  const take = async (key: string, text: unknown, part: Part): Promise<void> => {
    if (typeof text !== 'string' || text === '') return
    const judged = await judge(text, part)
    if (judged !== text) changed[key] = key === 'reasoning' ? undefined : judged
  }
  await take('reasoning_content', thought, 'reasoning')
  await take('reasoning', isBag(reasoning) ? thoughtIn(reasoning) : reasoning, 'reasoning')
  await take('refusal', refusal, 'text')
  if (Object.keys(changed).length === 0) return answer
  return rewritten(answer, { additional_kwargs: { ...answer.additional_kwargs, ...changed } })
}

// a thought in parts: a summary of it, or its own text
function thoughtIn({ summary, content }: Bag): string {
  return [summary, content]
    .flatMap((parts): readonly unknown[] => (Array.isArray(parts) ? parts : []))
    .map((part) => (isBag(part) ? part['text'] : part))
    .filter((text) => typeof text === 'string')
    .join('\n')
}

/**
 * The answer with other members, and without what a provider keeps of its own answer: that would bring the original
 * back, in what is parsed of it or when the history is sent again.
 */
export function rewritten(answer: AnswerShape, changed: Bag): AnswerShape {
  const { additional_kwargs: kwargs, response_metadata: response } = { ...answer, ...changed }
  return withMembers(answer, {
    ...changed,
    ...(isBag(response) ? { response_metadata: without(response, ['output', 'logprobs']) } : {}),
    ...(isBag(kwargs) ? { additional_kwargs: without(kwargs, ['parsed', '__raw_response']) } : {}),
  })
}

function without(members: Bag, names: readonly string[]): Bag {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)))
}
