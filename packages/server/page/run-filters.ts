import { element } from '../../trace/page/dom.ts'

const HOUR = 3_600_000
const PRESETS: Readonly<Record<string, number>> = {
  '1h': HOUR,
  '24h': 24 * HOUR,
  '7d': 7 * 24 * HOUR,
  '30d': 30 * 24 * HOUR,
}
const PLAIN = ['text', 'agent_id', 'status', 'outcome', 'model', 'denied', 'since', 'until'] as const
const TYPING_MS = 180

/** The query of the API that the query of an address means. */
export function toApiQuery(query: URLSearchParams, now: number): string {
  const asked = new URLSearchParams()
  for (const name of PLAIN) {
    const value = query.get(name)
    if (value !== null && value !== '') asked.set(name, value)
  }
  const preset = query.get('time') ?? ''
  const length = Object.hasOwn(PRESETS, preset) ? PRESETS[preset] : undefined
  if (length !== undefined) asked.set('since', new Date(now - length).toISOString())
  return asked.toString()
}

/** The filters above the list. */
export interface RunFilters {
  readonly box: HTMLElement
  readonly search: HTMLInputElement
  /** Names to suggest. */
  suggest(name: 'agent_id' | 'model', names: readonly string[]): void
  clear(): void
  isSet(): boolean
}

/** Creates the filters; `onChange` gets the query of the address. */
export function createFilters(
  query: URLSearchParams,
  onChange: (query: URLSearchParams) => void,
): RunFilters {
  const fields = fieldsOf(query)
  const { search, custom, time, clear } = fields
  const read = (): URLSearchParams => {
    const asked = new URLSearchParams()
    for (const [name, input] of fields.inputs)
      if (input.value !== '' && !input.closest('[hidden]')) asked.set(name, toAddress(input))
    custom.hidden = time.value !== 'custom'
    if (time.value === 'custom') asked.delete('time')
    clear.hidden = [...asked].length === 0
    return asked
  }
  let timer = 0
  const changed = (wait: number): void => {
    clearTimeout(timer)
    timer = window.setTimeout(() => onChange(read()), wait)
  }
  for (const [, input] of fields.inputs) {
    const isTyped = input instanceof HTMLInputElement && input.type !== 'datetime-local'
    input.addEventListener(isTyped ? 'input' : 'change', () => {
      custom.hidden = time.value !== 'custom'
      changed(isTyped ? TYPING_MS : 0)
    })
  }
  const reset = (): void => {
    for (const [, input] of fields.inputs) input.value = ''
    changed(0)
  }
  clear.addEventListener('click', reset)
  clear.hidden = [...read()].length === 0
  return {
    box: fields.box,
    search,
    suggest: (name, names) =>
      fields.lists[name].replaceChildren(
        ...names.map((value) => element('option', { attributes: { value } })),
      ),
    clear: reset,
    isSet: () => !clear.hidden,
  }
}

type Input = HTMLInputElement | HTMLSelectElement

interface Fields {
  readonly box: HTMLElement
  readonly search: HTMLInputElement
  readonly time: HTMLSelectElement
  readonly custom: HTMLElement
  readonly clear: HTMLButtonElement
  readonly inputs: readonly (readonly [string, Input])[]
  readonly lists: Readonly<Record<'agent_id' | 'model', HTMLDataListElement>>
}

function fieldsOf(query: URLSearchParams): Fields {
  const value = (name: string): string => query.get(name) ?? ''
  const search = textInput('Search runs', {
    type: 'search',
    placeholder: 'Search: id, name, model, error, tag',
  })
  const agent = textInput('Agent id', { list: 'agents' })
  const model = textInput('Model', { list: 'models' })
  const { status, outcome, denied, time } = choicesOf()
  const since = textInput('From', { type: 'datetime-local' })
  const until = textInput('Until', { type: 'datetime-local' })
  const inputs: readonly (readonly [string, Input])[] = [
    ['text', search],
    ['agent_id', agent],
    ['status', status],
    ['outcome', outcome],
    ['model', model],
    ['denied', denied],
    ['time', time],
    ['since', since],
    ['until', until],
  ]
  for (const [name, input] of inputs) input.value = value(name)
  for (const [name, input] of [
    ['since', since],
    ['until', until],
  ] as const)
    input.value = toLocal(value(name))
  const custom = element('span', { class: 'custom-time' }, since, until)
  if (since.value !== '' || until.value !== '') time.value = 'custom'
  const clear = element('button', { class: 'button small', text: 'Clear', attributes: { type: 'button' } })
  const lists = {
    agent_id: element('datalist', { id: 'agents' }),
    model: element('datalist', { id: 'models' }),
  }
  const kbd = element('kbd', { text: '/', attributes: { 'aria-hidden': 'true' } })
  const more = element(
    'div',
    { class: 'more-filters', attributes: { role: 'group', 'aria-label': 'Filters' } },
    status,
    outcome,
    denied,
    time,
    custom,
    agent,
    model,
    clear,
    lists.agent_id,
    lists.model,
  )
  const box = element('div', { class: 'filters' }, element('div', { class: 'search' }, search, kbd), more)
  return { box, search, time, custom, clear, inputs, lists }
}

type Choices = Readonly<Record<'status' | 'outcome' | 'denied' | 'time', HTMLSelectElement>>

function choicesOf(): Choices {
  const status = choice('Status', ['pending', 'running', 'completed', 'failed', 'cancelled', 'timeout'])
  const outcome = choice('Outcome', ['success', 'failed', 'partial', 'abandoned'])
  const denied = choice('Denied', [
    ['true', 'something denied'],
    ['false', 'nothing denied'],
  ])
  const time = choice('Time', [
    ['1h', 'last hour'],
    ['24h', 'last 24 hours'],
    ['7d', 'last 7 days'],
    ['30d', 'last 30 days'],
    ['custom', 'from … until …'],
  ])
  return { status, outcome, denied, time }
}

function textInput(label: string, attributes: Readonly<Record<string, string>>): HTMLInputElement {
  return element('input', {
    attributes: {
      type: 'text',
      'aria-label': label,
      placeholder: label,
      title: label,
      autocomplete: 'off',
      spellcheck: 'false',
      ...attributes,
    },
  })
}

function choice(label: string, values: readonly (string | readonly [string, string])[]): HTMLSelectElement {
  const options = values.map((one) => {
    const [value, text] = typeof one === 'string' ? [one, one] : one
    return element('option', { text, attributes: { value } })
  })
  const any = element('option', { text: label, attributes: { value: '' } })
  return element('select', { title: label, attributes: { 'aria-label': label } }, any, ...options)
}

function toAddress(input: Input): string {
  if (input instanceof HTMLInputElement && input.type === 'datetime-local')
    return new Date(input.value).toISOString()
  return input.value
}

function toLocal(text: string): string {
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) return ''
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
