// importing node:util as a module runs all its lazy getters, which load streams and worker threads
const util = process.getBuiltinModule('node:util')

/** Whether two values are equal in depth, as `node:util` tells it. */
export const isDeepStrictEqual: (left: unknown, right: unknown) => boolean = util.isDeepStrictEqual
