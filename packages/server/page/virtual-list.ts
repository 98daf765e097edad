/** A list of which only the rows that can be seen are elements. */
export interface VirtualList {
  draw(): void
  /** Scrolls to a row. */
  reveal(index: number): void
  /** Rows of one screen. */
  pageSize(): number
}

/** How a list makes its rows. */
export interface VirtualListOptions {
  /** What scrolls; a head may stick to its top. */
  readonly scroller: HTMLElement
  /** What holds the rows. */
  readonly space: HTMLElement
  readonly head?: HTMLElement | undefined
  rowHeight(): number
  count(): number
  row(index: number): HTMLElement
  /** Rows that are about to be seen. */
  onRange?(first: number, last: number): void
}

const SPARE_ROWS = 8

/** Creates a list. */
export function createVirtualList(options: VirtualListOptions): VirtualList {
  const { scroller, space, head } = options
  let frame = 0
  const draw = (): void => {
    frame = 0
    const [height, count] = [options.rowHeight(), options.count()]
    space.style.height = `${count * height}px`
    const first = Math.max(0, Math.floor(scroller.scrollTop / height) - SPARE_ROWS)
    const last = Math.min(count, first + Math.ceil(scroller.clientHeight / height) + 2 * SPARE_ROWS)
    options.onRange?.(first, last)
    const rows: HTMLElement[] = []
    for (let index = first; index < last; index += 1) {
      const made = options.row(index)
      made.style.transform = `translateY(${index * height}px)`
      rows.push(made)
    }
    space.replaceChildren(...rows)
  }
  const later = (): void => {
    frame ||= requestAnimationFrame(draw)
  }
  scroller.addEventListener('scroll', later, { passive: true })
  new ResizeObserver(later).observe(scroller)
  return {
    draw,
    reveal(index) {
      const height = options.rowHeight()
      const seen = scroller.clientHeight - (head?.offsetHeight ?? 0)
      const [top, bottom] = [index * height, (index + 1) * height]
      if (top < scroller.scrollTop) scroller.scrollTop = top
      else if (bottom > scroller.scrollTop + seen) scroller.scrollTop = bottom - seen
      draw()
    },
    pageSize: () => Math.max(1, Math.floor(scroller.clientHeight / options.rowHeight()) - 2),
  }
}

/** Where a key of a list leads, from a row on. */
export function moveBy(
  key: string,
  { at, count, page }: { readonly at: number; readonly count: number; readonly page: number },
): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    j: 1,
    ArrowDown: 1,
    k: -1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -count,
    End: count,
  }
  const step = Object.hasOwn(steps, key) ? steps[key] : undefined
  if (step === undefined || count === 0) return undefined
  return Math.min(count - 1, Math.max(0, at + step))
}
