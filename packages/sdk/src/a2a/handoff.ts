/** Hands items from whoever makes them to one who asks for each. */
export class Handoff {
  #waiting: { resolve(item: Item | undefined): void; reject(error: unknown): void } | undefined
  #maker: ((wanted: boolean) => void) | undefined
  #left = false
  #end: { readonly failure?: { readonly error: unknown } } | undefined

  /** The next item, or nothing at the end. */
  next(): Promise<Item | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      if (this.#end === undefined) this.#wake(true)
      else this.#conclude()
    })
  }

  /** Says that nothing more is wanted. */
  leave(): void {
    this.#left = true
    this.#wake(false)
  }

  /** Resolves once another item is wanted, or with false when none ever is. */
  wanted(): Promise<boolean> {
    if (this.#left || this.#waiting !== undefined) return Promise.resolve(!this.#left)
    return new Promise((resolve) => {
      this.#maker = resolve
    })
  }

  give(value: unknown): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.resolve({ value })
  }

  /** Ends it; whoever asks gets nothing more, or the error. */
  end(failure?: { readonly error: unknown }): void {
    this.#end ??= failure === undefined ? {} : { failure }
    this.#conclude()
  }

  #wake(wanted: boolean): void {
    const maker = this.#maker
    this.#maker = undefined
    maker?.(wanted)
  }

  #conclude(): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    const failure = this.#end?.failure
    if (failure === undefined) waiting?.resolve(undefined)
    else waiting?.reject(failure.error)
  }
}

/** One item that was handed on. */
export interface Item {
  readonly value: unknown
}
