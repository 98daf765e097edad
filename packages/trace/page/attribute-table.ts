import type { AttributeValue, ViewAttributes } from '../src/view/view-trace.ts'
import { visibleText } from '../src/view/visible-text.ts'
import { longText } from './content.ts'
import { element } from './dom.ts'

/** A table of attributes, sorted by name. */
export function attributeTable(attributes: ViewAttributes): HTMLElement {
  const body = element('tbody')
  for (const [key, value] of Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const head = element('th', { text: visibleText(key), attributes: { scope: 'row' } })
    body.append(element('tr', {}, head, element('td', {}, longText(textOf(value), 400))))
  }
  return element('table', { class: 'attributes' }, body)
}

function textOf(value: AttributeValue): string {
  if (typeof value === 'string') return value
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
    ? value.join(', ')
    : JSON.stringify(value)
}
