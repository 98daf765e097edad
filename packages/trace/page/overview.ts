import type { ViewSpan } from '../src/view/view-trace.ts'
import { byId } from './dom.ts'
import { isDenied, type PageState } from './page-state.ts'

const HEIGHT = 44
const SMALLEST_DRAG = 4

/** The whole trace in small; dragging over it chooses the part that the timeline shows. */
export function createOverview(state: PageState): () => void {
  const canvas = byId('overview') as HTMLCanvasElement
  const window_ = byId('overview-window')
  let drawn: unknown
  let dragFrom: number | undefined

  const whole = (): number => Math.max(state.trace?.totals.durationMs ?? 0, 0.001)
  const at = (event: PointerEvent): number => {
    const { left, width } = canvas.getBoundingClientRect()
    return Math.min(1, Math.max(0, (event.clientX - left) / width)) * whole()
  }
  canvas.addEventListener('pointerdown', (event) => {
    dragFrom = at(event)
    canvas.setPointerCapture(event.pointerId)
  })
  canvas.addEventListener('pointermove', (event) => {
    if (dragFrom === undefined || event.buttons === 0) return
    const to = at(event)
    const pixels = (Math.abs(to - dragFrom) / whole()) * canvas.clientWidth
    if (pixels >= SMALLEST_DRAG) state.zoomTo(Math.min(dragFrom, to), Math.max(dragFrom, to))
  })
  canvas.addEventListener('pointerup', (event) => {
    const from = dragFrom
    dragFrom = undefined
    if (from === undefined || Math.abs(at(event) - from) > 0) return
    const half = (state.range.to - state.range.from) / 2
    state.zoomTo(from - half, from + half)
  })
  canvas.addEventListener('dblclick', () => {
    state.fit()
    state.changed()
  })

  return () => {
    const { from, to } = state.range
    window_.style.left = `${(from / whole()) * 100}%`
    window_.style.width = `${((to - from) / whole()) * 100}%`
    window_.classList.toggle('whole', to - from >= whole() * 0.999)
    const key = `${state.traceIndex} ${canvas.clientWidth} ${document.documentElement.dataset['theme']}`
    if (drawn === key) return
    drawn = key
    draw(canvas, state.trace?.spans ?? [], whole())
  }
}

function draw(canvas: HTMLCanvasElement, spans: readonly ViewSpan[], whole: number): void {
  const scale = window.devicePixelRatio || 1
  const width = canvas.clientWidth
  canvas.width = width * scale
  canvas.height = HEIGHT * scale
  const context = canvas.getContext('2d')
  if (context === null) return
  context.scale(scale, scale)
  const style = getComputedStyle(document.documentElement)
  const colors = new Map<string, string>()
  const colorOf = (name: string): string => {
    const color = colors.get(name) ?? style.getPropertyValue(`--${name}`)
    colors.set(name, color)
    return color
  }
  const step = Math.min(4, (HEIGHT - 8) / Math.max(1, spans.length))
  for (const [index, span] of spans.entries()) {
    const isBad = span.outcome === 'error' || isDenied(span)
    context.fillStyle = colorOf(isBad ? 'bad' : `work-${span.work}`)
    const left = (span.startMs / whole) * width
    const length = Math.max(1.5, ((span.durationMs ?? whole - span.startMs) / whole) * width)
    context.fillRect(left, 4 + index * step, length, Math.max(1, step - 1))
  }
}
