const READING = new Set(
  'get list read search find lookup look query view show fetch check count describe summarize summarise calculate compute convert compare validate verify inspect browse load retrieve recall'.split(
    ' ',
  ),
)
// a name that starts with reading and goes on with an effect: get_and_send, readAndDelete
const EFFECT = new Set(
  'send post write delete remove create update set put add insert execute exec run invoke upload publish share invite pay transfer buy book reserve cancel forward reply move rename replace'.split(
    ' ',
  ),
)

/** Whether a tool's name says that it only reads. */
export function isReadOnlyName(toolName: string): boolean {
  const words = toolName
    .replace(/([a-z0-9])(?=[A-Z])/g, '$1 ')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
  const [first] = words
  return first !== undefined && READING.has(first) && !words.some((word) => EFFECT.has(word))
}
