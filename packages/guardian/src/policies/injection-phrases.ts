/** What a phrase in a text says about it. */
export interface Phrase {
  readonly signal: PhraseSignal
  /** 1 is enough alone. */
  readonly weight: number
  /** Looked for in the folded text, in time linear in its length. */
  readonly pattern: Pattern
  /** False where no text of ASCII characters alone has it. */
  readonly isPlain?: boolean
}

/** Tells whether something stands in a text. */
export interface Pattern {
  test(text: string): boolean
}

/** Kinds of phrases that text for a reader seldom has and text for a model often does. */
export type PhraseSignal =
  | 'override'
  | 'role-marker'
  | 'prompt-request'
  | 'persona'
  | 'new-instructions'
  | 'addressed-to-ai'
  | 'secrecy'
  | 'exfiltration'
  | 'secret-file'
  | 'context-request'
  | 'tool-shadowing'
  | 'tool-order'

/** At most so many words may stand between two parts of a phrase; words and what divides them cannot be confused. */
export const gap = (words: number): string =>
  `[^\\p{L}\\p{N}]{1,8}(?:[\\p{L}\\p{N}']{1,24}[^\\p{L}\\p{N}]{1,8}){0,${words}}?`
/** One of several words. */
export const any = (words: string): string => `(?:${words})`
/** A phrase of parts that start with plain letters: the folded text has no accents and no underscores. */
export function phrase(...parts: readonly string[]): Pattern {
  let made: RegExp | undefined
  // made when it is first looked for: together they take longer to read than the rest of the guardian
  return { test: (text) => (made ??= new RegExp(`\\b${parts.join('')}`, 'u')).test(text) }
}

const IGNORE = any(
  "ignore|disregard|forget|override|overrule|bypass|discard|drop|skip|stop following|do not follow|don't follow|pay no attention to",
)
const EARLIER = any(
  "previous|previously|prior|above|earlier|preceding|foregoing|existing|original|initial|former|old|system|your|all|these|everything|current|developer'?s?",
)
const ORDERS = any(
  'instructions?|prompts?|rules|directions|directives?|guidelines?|commands?|orders|programming|training|constraints?|restrictions?|guardrails?|safety (?:rules|policies|guidelines|filters?)|system messages?',
)

const OVERRIDES: readonly Pattern[] = [
  phrase(
    any('ignore|disregard|forget|override|pay no attention to'),
    gap(2),
    ORDERS,
    gap(2),
    any('above|before|so far|you (?:were|have been|got)'),
  ),
  phrase(IGNORE, gap(3), EARLIER, gap(3), ORDERS),
  phrase(
    any('ignore|forget|disregard'),
    gap(2),
    any('everything|all (?:of )?(?:this|that|the above|it)'),
    gap(3),
    any('before|above|told|said|learned|prior'),
  ),
  phrase(
    any('new|updated|real|actual|these'),
    gap(2),
    ORDERS,
    gap(3),
    any('replace|supersede|override|take precedence|overrule'),
  ),
  phrase(
    '(?:ignoriere?|vergiss|missachte|beachte)',
    gap(4),
    any('vorherigen?|bisherigen?|obigen?|frueheren?|fruheren?|alle|vorigen?'),
    gap(3),
    any('anweisung(?:en)?|instruktionen|regeln|befehle|vorgaben'),
  ),
  phrase(
    any('ignore[rz]?|oublie[rz]?|ne tiens pas compte|ne tenez pas compte'),
    gap(3),
    any('instructions?|consignes?|regles|directives?'),
    gap(2),
    any('precedentes?|anterieures?|ci-dessus|initiales?|du systeme'),
  ),
  phrase(
    any('ignor[ae]|ignore|olvid[ae]|descart[ae]|haz caso omiso de'),
    gap(3),
    any('instrucciones|indicaciones|reglas|ordenes'),
    gap(2),
    any('anteriores|previas|de arriba|originales|del sistema'),
  ),
  phrase(
    any('ignor[ae]|ignori|dimentica|trascura'),
    gap(3),
    any('istruzioni|indicazioni|regole'),
    gap(2),
    any('precedenti|anteriori|di sopra|originali'),
  ),
  phrase(
    any('ignor[ae]|ignorem|esqueca|desconsidere'),
    gap(3),
    any('instrucoes|orientacoes|regras|ordens'),
    gap(2),
    any('anteriores|previas|acima|originais'),
  ),
  phrase(
    any('negeer|vergeet'),
    gap(3),
    any('vorige|eerdere|voorgaande|bovenstaande'),
    gap(2),
    any('instructies|opdrachten|regels'),
  ),
  phrase(
    any('zignoruj|ignoruj|zapomnij'),
    gap(3),
    any('poprzednie|wczesniejsze|powyzsze'),
    gap(2),
    any('instrukcje|polecenia|zasady'),
  ),
  phrase(
    any('onceki|yukaridaki'),
    gap(2),
    any('talimatlari|komutlari|kurallari'),
    gap(2),
    any('yoksay|unut|gormezden gel|goz ardi et|dikkate alma'),
  ),
  // important_instructions and its kin: the task at hand is put off
  phrase(
    any('before|prior to|instead of|after'),
    gap(4),
    any('solve|solving|complete|completing|continue|continuing|finish|finishing|answer|answering|do|doing'),
    gap(6),
    'tasks?',
    gap(14),
    any('do the following|you must first|must first|please first|need to first|following first'),
  ),
]

/** The same in scripts of which only texts with other than plain letters can be. */
const OVERRIDES_IN_OTHER_SCRIPTS: readonly Pattern[] = [
  /(?:игнорируй|игнорируйте|проигнорируй|забудь|забудьте)[^\p{L}]{1,4}(?:[\p{L}]{1,16}[^\p{L}]{1,4}){0,3}?(?:инструкци|указани|команды|правила)/u,
  /(?:ігноруй|ігноруйте|забудь|забудьте)[^\p{L}]{1,4}(?:[\p{L}]{1,16}[^\p{L}]{1,4}){0,3}?(?:інструкці|вказівки|команди|правила)/u,
  /(?:忽略|无视|無視|忘记|忘記|不要理会)[^。！？\n]{0,8}(?:之前|以前|先前|上面|以上|前面)[^。！？\n]{0,8}(?:指令|指示|说明|說明|提示|规则|規則|命令)/u,
  /(?:以前|これまで|上記|前|先)の[^。！？\n]{0,8}(?:指示|命令|プロンプト|ルール|説明)[^。！？\n]{0,6}(?:無視|忘れ)/u,
  /(?:이전|위의|앞의|앞선)[^.!?\n]{0,8}(?:지시|명령|지침|프롬프트|규칙)[^.!?\n]{0,6}(?:무시|잊)/u,
  /(?:تجاهل|انس)[^\p{L}]{1,4}(?:[\p{L}]{1,16}[^\p{L}]{1,4}){0,2}?(?:التعليمات|الأوامر|القواعد)/u,
  /(?:पिछले|पहले|ऊपर)[^।\n]{0,16}(?:निर्देश|आदेश)[^।\n]{0,12}(?:अनदेखा|भूल|नज़रअंदाज|नजरअंदाज)/u,
]

const ROLE_MARKERS: readonly Pattern[] = [
  /<\|?(?:im_start|im_end|im_sep|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|fim_prefix)\|?>/u,
  /<\|\s?(?:system|user|assistant|developer|tool|channel|message|start|end)\s?\|>/u,
  /\[\/?inst\]|<<\/?sys>>|\[system\]\s?[(:]|\[end of (?:system|document|context|input)\]/u,
  /<\/?(?:start_of_turn|end_of_turn)>|<\/?(?:system|developer|assistant)[-_ ]?(?:prompt|message|instructions?|reminder|override)?>/u,
  /(?:^|\n)\s{0,4}#{2,6}\s{0,4}(?:system|instructions?|new instructions?|assistant|system prompt|override|response)\s{0,4}:?\s{0,4}(?:\n|$)/u,
  /<\/(?:tool_result|tool_response|function_results|tool_output|search_results|untrusted[a-z_]{0,16})>/u,
  /(?:begin|end|start|new) (?:of )?(?:the )?(?:hidden |secret |new )?(?:system|admin|developer) (?:prompt|message|instructions?|override)/u,
]

const TURN_MARKERS = /(?:^|\n)\s{0,4}(?:system|assistant|human|user)\s{0,4}:\s{0,4}\S/u

/** Phrases that are looked for, the strongest first. */
export const PHRASES: readonly Phrase[] = [
  ...OVERRIDES.map((pattern): Phrase => ({ signal: 'override', weight: 1, pattern })),
  ...OVERRIDES_IN_OTHER_SCRIPTS.map((pattern): Phrase => ({
    signal: 'override',
    weight: 1,
    pattern,
    isPlain: false,
  })),
  ...ROLE_MARKERS.map((pattern): Phrase => ({ signal: 'role-marker', weight: 1, pattern })),
  { signal: 'role-marker', weight: 0.4, pattern: TURN_MARKERS },
  {
    signal: 'prompt-request',
    weight: 1,
    pattern: phrase(
      any(
        'reveal|show|print|repeat|output|display|leak|tell me(?! about)|give me|write out|disclose|share|recite|dump|send me',
      ),
      gap(4),
      any(
        'system prompt|system message|initial prompt|hidden prompt|original instructions|your instructions|your prompt|your initial instructions|your system instructions|your guidelines|secret instructions|hidden instructions',
      ),
    ),
  },
  {
    signal: 'persona',
    weight: 1,
    pattern: phrase(
      any(
        "you are|you will be|act as|become|pretend to be|pretend you are|enter|enable|activate|switch to|you're",
      ),
      gap(5),
      any(
        'dan|jailbroken|jailbreak mode|developer mode|god mode|unrestricted|uncensored|unfiltered|no longer bound|free from all|without any restrictions|without restrictions|evil ai|debug mode|admin mode|maintenance mode',
      ),
    ),
  },
  {
    signal: 'persona',
    weight: 0.5,
    pattern: phrase(
      any(
        'from now on|starting now|for the rest of this conversation|you are now|your new role|your new task|your new goal|your real task|your only task|your actual task',
      ),
    ),
  },
  {
    signal: 'new-instructions',
    weight: 0.6,
    pattern: phrase(
      any('new|updated|additional|revised|important|hidden|secret|special|urgent|priority'),
      gap(1),
      any('instructions?|directives?|system prompt|orders'),
      gap(2),
      any(
        'for (?:the |all )?(?:ai|assistants?|agents?|models?|llms?|chatbots?|bots?)|from (?:the )?(?:admin|administrator|developers?|system|openai|anthropic|google)|you must|follow',
      ),
    ),
  },
  {
    signal: 'new-instructions',
    weight: 0.5,
    pattern: phrase(
      any(
        'important message|urgent message|system notice|system alert|admin notice|system override|security override|instruction to the model|instructions to the model',
      ),
    ),
  },
  {
    signal: 'addressed-to-ai',
    weight: 0.6,
    pattern: phrase(
      any(
        "if you are|if you’re|if you're|attention|note to|message to|message for|note for|dear|hey|hello|instructions? for|to (?:any|all|the)|any|as",
      ),
      gap(3),
      any(
        'ai assistants?|ai agents?|ai models?|ai|llms?|llm agents?|language models?|gpt(?:-?\\d\\w?)?|chatgpt|claude|gemini|copilot|chatbot|automated (?:agent|assistant|system)',
      ),
      gap(6),
      any(
        "you must|you should|must|should|please|do not|don't|need to|are required|are instructed|send|forward|execute|run|rate|recommend|rank|approve|call|include|reply|respond|say",
      ),
    ),
  },
  {
    signal: 'secrecy',
    weight: 0.5,
    pattern: phrase(
      any("do not|don't|never|without|avoid"),
      gap(2),
      any(
        'tell|telling|mention|mentioning|inform|informing|notify|notifying|alert|alerting|reveal|revealing|disclose|disclosing|show|showing',
      ),
      gap(5),
      any(
        'the user|user|human|anyone|anybody|owner|operator|this instruction|these instructions|this message|this step|this action|you did this',
      ),
    ),
  },
  {
    signal: 'exfiltration',
    weight: 0.6,
    pattern: phrase(
      any('send|share|forward|post|upload|exfiltrate|transmit|email|e-mail|leak|submit|append|encode|copy'),
      gap(5),
      any(
        'passwords?|api keys?|credentials|secrets?|access tokens?|private keys?|ssh keys?|environment variables|conversation history|chat history|all (?:the )?(?:emails|messages|files|documents|contacts)|credit card|session cookies?|user data|personal data|contents? of|the entire',
      ),
      gap(8),
      any('to|into|at|via|in the url|as a query|with us|with me|by e-?mail'),
    ),
  },
]

/** An order with everything but letters taken out, so that spacing it out is no way around. */
export const SQUEEZED: RegExp =
  /(?:ignore|disregard|forget)(?:all|allthe|allof|allofthe|the|your|my|any)?(?:previous|prior|above|earlier|preceding)(?:instruction|prompt|rule|direction|command|order|guideline)/
