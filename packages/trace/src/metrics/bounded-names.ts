import { validText } from '../export/valid-value.ts'

/** Stands for every name beyond those that a metric tells apart. */
export const OTHER = '_OTHER'

const MAX_NAMES = 200

/** Keeps what models and peers make up from becoming time series without end. */
export class BoundedNames {
  readonly #known = new Set<string>()
  readonly #max: number

  constructor(max: number = MAX_NAMES) {
    this.#max = max
  }

  /** The name itself, well-formed, while there is room for it, {@link OTHER} from then on for those not met before. */
  of(given: string): string {
    const name = validText(given)
    if (this.#known.has(name)) return name
    if (this.#known.size >= this.#max) return OTHER
    this.#known.add(name)
    return name
  }
}
