// @ts-nocheck
// generated from schemas/agent-run: do not edit
// contains parts of ajv and ajv-formats, see THIRD-PARTY-NOTICES.txt
export interface Issue { instancePath: string; keyword: string; message?: string; params: Record<string, unknown> }
export interface Validator { (value: unknown): boolean; errors?: Issue[] | null }
var __commonJSMin = (cb, mod) => () => (mod || (cb((mod = { exports: {} }).exports, mod, mod.exports), cb = null), mod.exports);
var require_formats = __commonJSMin(((exports) => {
	Object.defineProperty(exports, "__esModule", { value: true });
	exports.formatNames = exports.fastFormats = exports.fullFormats = void 0;
	function fmtDef(validate, compare) {
		return {
			validate,
			compare
		};
	}
	exports.fullFormats = {
		date: fmtDef(date, compareDate),
		time: fmtDef(getTime(true), compareTime),
		"date-time": fmtDef(getDateTime(true), compareDateTime),
		"iso-time": fmtDef(getTime(), compareIsoTime),
		"iso-date-time": fmtDef(getDateTime(), compareIsoDateTime),
		duration: /^P(?!$)((\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?|(\d+W)?)$/,
		uri,
		"uri-reference": /^(?:[a-z][a-z0-9+\-.]*:)?(?:\/?\/(?:(?:[a-z0-9\-._~!$&'()*+,;=:]|%[0-9a-f]{2})*@)?(?:\[(?:(?:(?:(?:[0-9a-f]{1,4}:){6}|::(?:[0-9a-f]{1,4}:){5}|(?:[0-9a-f]{1,4})?::(?:[0-9a-f]{1,4}:){4}|(?:(?:[0-9a-f]{1,4}:){0,1}[0-9a-f]{1,4})?::(?:[0-9a-f]{1,4}:){3}|(?:(?:[0-9a-f]{1,4}:){0,2}[0-9a-f]{1,4})?::(?:[0-9a-f]{1,4}:){2}|(?:(?:[0-9a-f]{1,4}:){0,3}[0-9a-f]{1,4})?::[0-9a-f]{1,4}:|(?:(?:[0-9a-f]{1,4}:){0,4}[0-9a-f]{1,4})?::)(?:[0-9a-f]{1,4}:[0-9a-f]{1,4}|(?:(?:25[0-5]|2[0-4]\d|[01]?\d\d?)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d\d?))|(?:(?:[0-9a-f]{1,4}:){0,5}[0-9a-f]{1,4})?::[0-9a-f]{1,4}|(?:(?:[0-9a-f]{1,4}:){0,6}[0-9a-f]{1,4})?::)|[Vv][0-9a-f]+\.[a-z0-9\-._~!$&'()*+,;=:]+)\]|(?:(?:25[0-5]|2[0-4]\d|[01]?\d\d?)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d\d?)|(?:[a-z0-9\-._~!$&'"()*+,;=]|%[0-9a-f]{2})*)(?::\d*)?(?:\/(?:[a-z0-9\-._~!$&'"()*+,;=:@]|%[0-9a-f]{2})*)*|\/(?:(?:[a-z0-9\-._~!$&'"()*+,;=:@]|%[0-9a-f]{2})+(?:\/(?:[a-z0-9\-._~!$&'"()*+,;=:@]|%[0-9a-f]{2})*)*)?|(?:[a-z0-9\-._~!$&'"()*+,;=:@]|%[0-9a-f]{2})+(?:\/(?:[a-z0-9\-._~!$&'"()*+,;=:@]|%[0-9a-f]{2})*)*)?(?:\?(?:[a-z0-9\-._~!$&'"()*+,;=:@/?]|%[0-9a-f]{2})*)?(?:#(?:[a-z0-9\-._~!$&'"()*+,;=:@/?]|%[0-9a-f]{2})*)?$/i,
		"uri-template": /^(?:(?:[^\x00-\x20"'<>%\\^`{|}]|%[0-9a-f]{2})|\{[+#./;?&=,!@|]?(?:[a-z0-9_]|%[0-9a-f]{2})+(?::[1-9][0-9]{0,3}|\*)?(?:,(?:[a-z0-9_]|%[0-9a-f]{2})+(?::[1-9][0-9]{0,3}|\*)?)*\})*$/i,
		url: /^(?:https?|ftp):\/\/(?:\S+(?::\S*)?@)?(?:(?!(?:10|127)(?:\.\d{1,3}){3})(?!(?:169\.254|192\.168)(?:\.\d{1,3}){2})(?!172\.(?:1[6-9]|2\d|3[0-1])(?:\.\d{1,3}){2})(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3])(?:\.(?:1?\d{1,2}|2[0-4]\d|25[0-5])){2}(?:\.(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-4]))|(?:(?:[a-z0-9\u{00a1}-\u{ffff}]+-)*[a-z0-9\u{00a1}-\u{ffff}]+)(?:\.(?:[a-z0-9\u{00a1}-\u{ffff}]+-)*[a-z0-9\u{00a1}-\u{ffff}]+)*(?:\.(?:[a-z\u{00a1}-\u{ffff}]{2,})))(?::\d{2,5})?(?:\/[^\s]*)?$/iu,
		email: /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i,
		hostname: /^(?=.{1,253}\.?$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[-0-9a-z]{0,61}[0-9a-z])?)*\.?$/i,
		ipv4: /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/,
		ipv6: /^((([0-9a-f]{1,4}:){7}([0-9a-f]{1,4}|:))|(([0-9a-f]{1,4}:){6}(:[0-9a-f]{1,4}|((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3})|:))|(([0-9a-f]{1,4}:){5}(((:[0-9a-f]{1,4}){1,2})|:((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3})|:))|(([0-9a-f]{1,4}:){4}(((:[0-9a-f]{1,4}){1,3})|((:[0-9a-f]{1,4})?:((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}))|:))|(([0-9a-f]{1,4}:){3}(((:[0-9a-f]{1,4}){1,4})|((:[0-9a-f]{1,4}){0,2}:((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}))|:))|(([0-9a-f]{1,4}:){2}(((:[0-9a-f]{1,4}){1,5})|((:[0-9a-f]{1,4}){0,3}:((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}))|:))|(([0-9a-f]{1,4}:){1}(((:[0-9a-f]{1,4}){1,6})|((:[0-9a-f]{1,4}){0,4}:((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}))|:))|(:(((:[0-9a-f]{1,4}){1,7})|((:[0-9a-f]{1,4}){0,5}:((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}))|:)))$/i,
		regex,
		uuid: /^(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
		"json-pointer": /^(?:\/(?:[^~/]|~0|~1)*)*$/,
		"json-pointer-uri-fragment": /^#(?:\/(?:[a-z0-9_\-.!$&'()*+,;:=@]|%[0-9a-f]{2}|~0|~1)*)*$/i,
		"relative-json-pointer": /^(?:0|[1-9][0-9]*)(?:#|(?:\/(?:[^~/]|~0|~1)*)*)$/,
		byte,
		int32: {
			type: "number",
			validate: validateInt32
		},
		int64: {
			type: "number",
			validate: validateInt64
		},
		float: {
			type: "number",
			validate: validateNumber
		},
		double: {
			type: "number",
			validate: validateNumber
		},
		password: true,
		binary: true
	};
	exports.fastFormats = {
		...exports.fullFormats,
		date: fmtDef(/^\d\d\d\d-[0-1]\d-[0-3]\d$/, compareDate),
		time: fmtDef(/^(?:[0-2]\d:[0-5]\d:[0-5]\d|23:59:60)(?:\.\d+)?(?:z|[+-]\d\d(?::?\d\d)?)$/i, compareTime),
		"date-time": fmtDef(/^\d\d\d\d-[0-1]\d-[0-3]\dt(?:[0-2]\d:[0-5]\d:[0-5]\d|23:59:60)(?:\.\d+)?(?:z|[+-]\d\d(?::?\d\d)?)$/i, compareDateTime),
		"iso-time": fmtDef(/^(?:[0-2]\d:[0-5]\d:[0-5]\d|23:59:60)(?:\.\d+)?(?:z|[+-]\d\d(?::?\d\d)?)?$/i, compareIsoTime),
		"iso-date-time": fmtDef(/^\d\d\d\d-[0-1]\d-[0-3]\d[t\s](?:[0-2]\d:[0-5]\d:[0-5]\d|23:59:60)(?:\.\d+)?(?:z|[+-]\d\d(?::?\d\d)?)?$/i, compareIsoDateTime),
		uri: /^(?:[a-z][a-z0-9+\-.]*:)(?:\/?\/)?[^\s]*$/i,
		"uri-reference": /^(?:(?:[a-z][a-z0-9+\-.]*:)?\/?\/)?(?:[^\\\s#][^\s#]*)?(?:#[^\\\s]*)?$/i,
		email: /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i
	};
	exports.formatNames = Object.keys(exports.fullFormats);
	function isLeapYear(year) {
		return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
	}
	const DATE = /^(\d\d\d\d)-(\d\d)-(\d\d)$/;
	const DAYS = [
		0,
		31,
		28,
		31,
		30,
		31,
		30,
		31,
		31,
		30,
		31,
		30,
		31
	];
	function date(str) {
		const matches = DATE.exec(str);
		if (!matches) return false;
		const year = +matches[1];
		const month = +matches[2];
		const day = +matches[3];
		return month >= 1 && month <= 12 && day >= 1 && day <= (month === 2 && isLeapYear(year) ? 29 : DAYS[month]);
	}
	function compareDate(d1, d2) {
		if (!(d1 && d2)) return void 0;
		if (d1 > d2) return 1;
		if (d1 < d2) return -1;
		return 0;
	}
	const TIME = /^(\d\d):(\d\d):(\d\d(?:\.\d+)?)(z|([+-])(\d\d)(?::?(\d\d))?)?$/i;
	function getTime(strictTimeZone) {
		return function time(str) {
			const matches = TIME.exec(str);
			if (!matches) return false;
			const hr = +matches[1];
			const min = +matches[2];
			const sec = +matches[3];
			const tz = matches[4];
			const tzSign = matches[5] === "-" ? -1 : 1;
			const tzH = +(matches[6] || 0);
			const tzM = +(matches[7] || 0);
			if (tzH > 23 || tzM > 59 || strictTimeZone && !tz) return false;
			if (hr <= 23 && min <= 59 && sec < 60) return true;
			const utcMin = min - tzM * tzSign;
			const utcHr = hr - tzH * tzSign - (utcMin < 0 ? 1 : 0);
			return (utcHr === 23 || utcHr === -1) && (utcMin === 59 || utcMin === -1) && sec < 61;
		};
	}
	function compareTime(s1, s2) {
		if (!(s1 && s2)) return void 0;
		const t1 = new Date("2020-01-01T" + s1).valueOf();
		const t2 = new Date("2020-01-01T" + s2).valueOf();
		if (!(t1 && t2)) return void 0;
		return t1 - t2;
	}
	function compareIsoTime(t1, t2) {
		if (!(t1 && t2)) return void 0;
		const a1 = TIME.exec(t1);
		const a2 = TIME.exec(t2);
		if (!(a1 && a2)) return void 0;
		t1 = a1[1] + a1[2] + a1[3];
		t2 = a2[1] + a2[2] + a2[3];
		if (t1 > t2) return 1;
		if (t1 < t2) return -1;
		return 0;
	}
	const DATE_TIME_SEPARATOR = /t|\s/i;
	function getDateTime(strictTimeZone) {
		const time = getTime(strictTimeZone);
		return function date_time(str) {
			const dateTime = str.split(DATE_TIME_SEPARATOR);
			return dateTime.length === 2 && date(dateTime[0]) && time(dateTime[1]);
		};
	}
	function compareDateTime(dt1, dt2) {
		if (!(dt1 && dt2)) return void 0;
		const d1 = new Date(dt1).valueOf();
		const d2 = new Date(dt2).valueOf();
		if (!(d1 && d2)) return void 0;
		return d1 - d2;
	}
	function compareIsoDateTime(dt1, dt2) {
		if (!(dt1 && dt2)) return void 0;
		const [d1, t1] = dt1.split(DATE_TIME_SEPARATOR);
		const [d2, t2] = dt2.split(DATE_TIME_SEPARATOR);
		const res = compareDate(d1, d2);
		if (res === void 0) return void 0;
		return res || compareTime(t1, t2);
	}
	const NOT_URI_FRAGMENT = /\/|:/;
	const URI = /^(?:[a-z][a-z0-9+\-.]*:)(?:\/?\/(?:(?:[a-z0-9\-._~!$&'()*+,;=:]|%[0-9a-f]{2})*@)?(?:\[(?:(?:(?:(?:[0-9a-f]{1,4}:){6}|::(?:[0-9a-f]{1,4}:){5}|(?:[0-9a-f]{1,4})?::(?:[0-9a-f]{1,4}:){4}|(?:(?:[0-9a-f]{1,4}:){0,1}[0-9a-f]{1,4})?::(?:[0-9a-f]{1,4}:){3}|(?:(?:[0-9a-f]{1,4}:){0,2}[0-9a-f]{1,4})?::(?:[0-9a-f]{1,4}:){2}|(?:(?:[0-9a-f]{1,4}:){0,3}[0-9a-f]{1,4})?::[0-9a-f]{1,4}:|(?:(?:[0-9a-f]{1,4}:){0,4}[0-9a-f]{1,4})?::)(?:[0-9a-f]{1,4}:[0-9a-f]{1,4}|(?:(?:25[0-5]|2[0-4]\d|[01]?\d\d?)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d\d?))|(?:(?:[0-9a-f]{1,4}:){0,5}[0-9a-f]{1,4})?::[0-9a-f]{1,4}|(?:(?:[0-9a-f]{1,4}:){0,6}[0-9a-f]{1,4})?::)|[Vv][0-9a-f]+\.[a-z0-9\-._~!$&'()*+,;=:]+)\]|(?:(?:25[0-5]|2[0-4]\d|[01]?\d\d?)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d\d?)|(?:[a-z0-9\-._~!$&'()*+,;=]|%[0-9a-f]{2})*)(?::\d*)?(?:\/(?:[a-z0-9\-._~!$&'()*+,;=:@]|%[0-9a-f]{2})*)*|\/(?:(?:[a-z0-9\-._~!$&'()*+,;=:@]|%[0-9a-f]{2})+(?:\/(?:[a-z0-9\-._~!$&'()*+,;=:@]|%[0-9a-f]{2})*)*)?|(?:[a-z0-9\-._~!$&'()*+,;=:@]|%[0-9a-f]{2})+(?:\/(?:[a-z0-9\-._~!$&'()*+,;=:@]|%[0-9a-f]{2})*)*)(?:\?(?:[a-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9a-f]{2})*)?(?:#(?:[a-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9a-f]{2})*)?$/i;
	function uri(str) {
		return NOT_URI_FRAGMENT.test(str) && URI.test(str);
	}
	const BYTE = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/gm;
	function byte(str) {
		BYTE.lastIndex = 0;
		return BYTE.test(str);
	}
	const MIN_INT32 = -(2 ** 31);
	const MAX_INT32 = 2 ** 31 - 1;
	function validateInt32(value) {
		return Number.isInteger(value) && value <= MAX_INT32 && value >= MIN_INT32;
	}
	function validateInt64(value) {
		return Number.isInteger(value);
	}
	function validateNumber() {
		return true;
	}
	const Z_ANCHOR = /[^\\]\\Z/;
	function regex(str) {
		if (Z_ANCHOR.test(str)) return false;
		try {
			new RegExp(str);
			return true;
		} catch (e) {
			return false;
		}
	}
}));
var require_ucs2length = __commonJSMin(((exports) => {
	Object.defineProperty(exports, "__esModule", { value: true });
	function ucs2length(str) {
		const len = str.length;
		let length = 0;
		let pos = 0;
		let value;
		while (pos < len) {
			length++;
			value = str.charCodeAt(pos++);
			if (value >= 55296 && value <= 56319 && pos < len) {
				value = str.charCodeAt(pos);
				if ((value & 64512) === 56320) pos++;
			}
		}
		return length;
	}
	exports.default = ucs2length;
	ucs2length.code = "require(\"ajv/dist/runtime/ucs2length\").default";
}));
const compiledAgentRun = validate20;
const schema31 = {
	"$schema": "https://json-schema.org/draft/2020-12/schema",
	"$id": "https://agent-run.example/schemas/agent-run.json",
	"title": "AgentRun",
	"description": "What one agent did from start to end: its steps, what they cost, and the proof of how the result came about.",
	"type": "object",
	"required": [
		"id",
		"agent_id",
		"status",
		"started_at",
		"steps",
		"cost",
		"provenance"
	],
	"properties": {
		"id": {
			"type": "string",
			"description": "Key of the run, unique at the server. A UUID version 7 sorts by time."
		},
		"agent_id": {
			"type": "string",
			"description": "Which agent ran. Enters run_hash."
		},
		"agent_name": {
			"type": "string",
			"description": "The name that people know the agent by."
		},
		"model": {
			"type": "string",
			"description": "Model that the agent asked for. Enters run_hash."
		},
		"provider": {
			"type": "string",
			"description": "Who serves the model, for example anthropic or openai."
		},
		"runtime": {
			"type": "string",
			"description": "Software that executed the agent."
		},
		"runtime_version": {
			"type": "string",
			"description": "Version of that software."
		},
		"trigger": {
			"type": "string",
			"enum": [
				"manual",
				"cron",
				"webhook",
				"agent",
				"pipeline",
				"queue"
			],
			"description": "What started the run. Enters run_hash."
		},
		"parent_run_id": {
			"type": ["string", "null"],
			"description": "Id of the run that started this one, null for a run that no other run started."
		},
		"task_id": {
			"type": ["string", "null"],
			"description": "Task in the caller's own system that this run works on."
		},
		"status": {
			"type": "string",
			"enum": [
				"pending",
				"running",
				"completed",
				"failed",
				"cancelled",
				"timeout"
			],
			"description": "Where the run is in its life."
		},
		"outcome": {
			"type": ["string", "null"],
			"enum": [
				"success",
				"failed",
				"partial",
				"abandoned",
				null
			],
			"description": "Whether the run reached its aim, independent of how it ended."
		},
		"started_at": {
			"type": "string",
			"format": "date-time",
			"description": "Start of the run, RFC 3339 with a time zone."
		},
		"ended_at": {
			"type": ["string", "null"],
			"format": "date-time",
			"description": "End of the run, null while it lasts."
		},
		"duration_ms": {
			"type": ["integer", "null"],
			"minimum": 0,
			"description": "Length of the run in whole milliseconds."
		},
		"steps": {
			"type": "array",
			"items": { "$ref": "step.json" },
			"description": "What the agent did, in order of start. May be empty."
		},
		"tools_available": {
			"type": "array",
			"items": { "type": "string" },
			"description": "Names of the tools that the agent could have called. Enters run_hash, whatever their order."
		},
		"cost": { "$ref": "cost.json" },
		"provenance": { "$ref": "provenance.json" },
		"eval": {
			"description": "Score of the run, attached after it ended.",
			"anyOf": [{ "$ref": "eval.json" }, { "type": "null" }]
		},
		"error": {
			"type": ["string", "null"],
			"description": "Why the run failed."
		},
		"git_branch": {
			"type": ["string", "null"],
			"description": "Branch that the agent worked on."
		},
		"git_commit": {
			"type": ["string", "null"],
			"description": "Commit that the agent worked on."
		},
		"workspace_id": {
			"type": ["string", "null"],
			"description": "Workspace at the server that the run belongs to."
		},
		"tags": {
			"type": "array",
			"items": { "type": "string" },
			"description": "Free labels to search by."
		},
		"metadata": {
			"type": "object",
			"additionalProperties": true,
			"description": "Whatever the runtime wants to add."
		}
	}
};
const schema32 = {
	"$schema": "https://json-schema.org/draft/2020-12/schema",
	"$id": "https://agent-run.example/schemas/step.json",
	"title": "Step",
	"description": "One thing an agent did within a run: thought, called a tool, got a result, spoke, failed or handed over.",
	"type": "object",
	"required": [
		"id",
		"type",
		"started_at"
	],
	"properties": {
		"id": {
			"type": "string",
			"description": "Identifies the step within its run."
		},
		"type": {
			"type": "string",
			"enum": [
				"reasoning",
				"tool_call",
				"tool_result",
				"message",
				"error",
				"handoff"
			],
			"description": "Kind of step."
		},
		"tool_name": {
			"type": ["string", "null"],
			"description": "Tool that a tool_call or tool_result is about."
		},
		"mcp_server": {
			"type": ["string", "null"],
			"description": "MCP server that offers the tool."
		},
		"input_preview": {
			"type": ["string", "null"],
			"maxLength": 500,
			"description": "Beginning of the input, redacted, at most 500 characters."
		},
		"output_preview": {
			"type": ["string", "null"],
			"maxLength": 500,
			"description": "Beginning of the output, redacted, at most 500 characters."
		},
		"success": {
			"type": ["boolean", "null"],
			"description": "Whether the step did what it was meant to do. False for a denied tool call."
		},
		"error": {
			"type": ["string", "null"],
			"description": "What went wrong."
		},
		"started_at": {
			"type": "string",
			"format": "date-time",
			"description": "Start of the step, RFC 3339 with a time zone."
		},
		"ended_at": {
			"type": ["string", "null"],
			"format": "date-time",
			"description": "End of the step, null while it lasts."
		},
		"duration_ms": {
			"type": ["integer", "null"],
			"minimum": 0,
			"description": "Length of the step in whole milliseconds."
		},
		"tokens_used": {
			"type": ["integer", "null"],
			"minimum": 0,
			"description": "Tokens that the step's model call used, input and output together."
		},
		"metadata": {
			"type": "object",
			"additionalProperties": true,
			"description": "Whatever the runtime wants to add."
		}
	}
};
const schema33 = {
	"$schema": "https://json-schema.org/draft/2020-12/schema",
	"$id": "https://agent-run.example/schemas/cost.json",
	"title": "Cost",
	"description": "Tokens that a run used, and what they cost. An amount that nobody knows is left out; it is not 0.",
	"type": "object",
	"required": ["input_tokens", "output_tokens"],
	"properties": {
		"input_tokens": {
			"type": "integer",
			"minimum": 0,
			"description": "Tokens sent to models."
		},
		"output_tokens": {
			"type": "integer",
			"minimum": 0,
			"description": "Tokens that models produced."
		},
		"cache_read_tokens": {
			"type": ["integer", "null"],
			"minimum": 0,
			"description": "Input tokens served from a provider's cache."
		},
		"cache_write_tokens": {
			"type": ["integer", "null"],
			"minimum": 0,
			"description": "Input tokens written to a provider's cache."
		},
		"total_tokens": {
			"type": ["integer", "null"],
			"minimum": 0,
			"description": "All tokens, as the provider counts them."
		},
		"cost_usd": {
			"type": ["number", "null"],
			"minimum": 0,
			"description": "Price of the run in US dollars."
		},
		"model": {
			"type": ["string", "null"],
			"description": "Model that the price refers to."
		},
		"metadata": {
			"type": "object",
			"additionalProperties": true,
			"description": "Whatever the runtime wants to add."
		}
	}
};
const schema34 = {
	"$schema": "https://json-schema.org/draft/2020-12/schema",
	"$id": "https://agent-run.example/schemas/provenance.json",
	"title": "Provenance",
	"description": "How a run came about, in a form that others can check.",
	"type": "object",
	"required": ["run_hash"],
	"properties": {
		"run_hash": {
			"type": "string",
			"pattern": "^[a-f0-9]{64}$",
			"description": "SHA-256 over agent_id, model, tools_available, config_hash and trigger: equal for runs of one agent in one set-up."
		},
		"parent_run_hash": {
			"type": ["string", "null"],
			"pattern": "^[a-f0-9]{64}$",
			"description": "run_hash of the run that started this one, null for a root."
		},
		"lineage": {
			"type": "array",
			"items": {
				"type": "string",
				"pattern": "^[a-f0-9]{64}$"
			},
			"description": "run_hash of every ancestor, root first. The last one is parent_run_hash."
		},
		"model_version": {
			"type": "string",
			"description": "Exact version of the model that answered."
		},
		"config_hash": {
			"type": "string",
			"pattern": "^[a-f0-9]{64}$",
			"description": "SHA-256 over the agent's configuration. Enters run_hash."
		},
		"runtime": {
			"type": "string",
			"description": "Software that wrote the record, as name@version."
		},
		"signed_by": {
			"type": ["string", "null"],
			"description": "The signer's public key or its id: ed25519:<base64url>, an RFC 7638 thumbprint, did:key, or a name that the verifier knows."
		},
		"signature": {
			"type": ["string", "null"],
			"description": "Ed25519 signature over the RFC 8785 text of this object without its signature member, base64url."
		},
		"created_at": {
			"type": "string",
			"format": "date-time",
			"description": "When the record was written, RFC 3339 with a time zone."
		},
		"metadata": {
			"type": "object",
			"additionalProperties": true,
			"description": "Whatever the runtime wants to add. A record that binds the whole run carries run_id and record_hash here."
		}
	}
};
const schema35 = {
	"$schema": "https://json-schema.org/draft/2020-12/schema",
	"$id": "https://agent-run.example/schemas/eval.json",
	"title": "EvalResult",
	"description": "How good a run was, judged after it ended.",
	"type": "object",
	"required": ["pass", "score"],
	"properties": {
		"task_type": {
			"type": ["string", "null"],
			"description": "Kind of task that was judged."
		},
		"eval_layer": {
			"type": ["string", "null"],
			"description": "Which kind of evaluation gave the score."
		},
		"pass": {
			"type": "boolean",
			"description": "Whether the run met its acceptance criteria."
		},
		"score": {
			"type": "number",
			"minimum": 0,
			"maximum": 100,
			"description": "Grade from 0 to 100."
		},
		"expected_outcome": {
			"type": ["string", "null"],
			"description": "What the run should have produced."
		},
		"actual_outcome": {
			"type": ["string", "null"],
			"description": "What the run produced."
		},
		"metrics": {
			"type": "object",
			"description": "Measured values behind the score.",
			"properties": {
				"cost_usd": {
					"type": "number",
					"minimum": 0,
					"description": "Price in US dollars."
				},
				"duration_s": {
					"type": "number",
					"minimum": 0,
					"description": "Length in seconds."
				},
				"tool_calls": {
					"type": "integer",
					"minimum": 0,
					"description": "Number of tool calls."
				},
				"retries": {
					"type": "integer",
					"minimum": 0,
					"description": "Number of repeated attempts."
				},
				"convergence_score": {
					"type": ["number", "null"],
					"minimum": 0,
					"maximum": 1,
					"description": "How straight the way to the result was: 1 is the shortest way."
				},
				"total_steps": {
					"type": ["integer", "null"],
					"minimum": 0,
					"description": "Steps that the run took."
				},
				"optimal_steps": {
					"type": ["integer", "null"],
					"minimum": 0,
					"description": "Steps that the shortest way takes."
				}
			},
			"additionalProperties": true
		},
		"regression_from": {
			"type": ["string", "null"],
			"description": "Id of the better run that this one falls behind."
		},
		"detail": {
			"type": ["string", "null"],
			"description": "Remarks of the judge."
		},
		"benchmark_id": {
			"type": ["string", "null"],
			"description": "Benchmark that the run was part of."
		},
		"metadata": {
			"type": "object",
			"additionalProperties": true,
			"description": "Whatever the judge wants to add."
		}
	}
};
const formats0 = require_formats().fullFormats["date-time"];
const func1 = require_ucs2length().default;
const pattern4 = new RegExp("^[a-f0-9]{64}$", "u");
function validate20(data, { instancePath = "", parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}) {
	let vErrors = null;
	let errors = 0;
	const evaluated0 = validate20.evaluated;
	if (evaluated0.dynamicProps) evaluated0.props = void 0;
	if (evaluated0.dynamicItems) evaluated0.items = void 0;
	if (data && typeof data == "object" && !Array.isArray(data)) {
		if (data.id === void 0) {
			const err0 = {
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: "id" },
				message: "must have required property 'id'"
			};
			if (vErrors === null) vErrors = [err0];
			else vErrors.push(err0);
			errors++;
		}
		if (data.agent_id === void 0) {
			const err1 = {
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: "agent_id" },
				message: "must have required property 'agent_id'"
			};
			if (vErrors === null) vErrors = [err1];
			else vErrors.push(err1);
			errors++;
		}
		if (data.status === void 0) {
			const err2 = {
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: "status" },
				message: "must have required property 'status'"
			};
			if (vErrors === null) vErrors = [err2];
			else vErrors.push(err2);
			errors++;
		}
		if (data.started_at === void 0) {
			const err3 = {
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: "started_at" },
				message: "must have required property 'started_at'"
			};
			if (vErrors === null) vErrors = [err3];
			else vErrors.push(err3);
			errors++;
		}
		if (data.steps === void 0) {
			const err4 = {
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: "steps" },
				message: "must have required property 'steps'"
			};
			if (vErrors === null) vErrors = [err4];
			else vErrors.push(err4);
			errors++;
		}
		if (data.cost === void 0) {
			const err5 = {
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: "cost" },
				message: "must have required property 'cost'"
			};
			if (vErrors === null) vErrors = [err5];
			else vErrors.push(err5);
			errors++;
		}
		if (data.provenance === void 0) {
			const err6 = {
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: "provenance" },
				message: "must have required property 'provenance'"
			};
			if (vErrors === null) vErrors = [err6];
			else vErrors.push(err6);
			errors++;
		}
		if (data.id !== void 0) {
			if (typeof data.id !== "string") {
				const err7 = {
					instancePath: instancePath + "/id",
					schemaPath: "#/properties/id/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err7];
				else vErrors.push(err7);
				errors++;
			}
		}
		if (data.agent_id !== void 0) {
			if (typeof data.agent_id !== "string") {
				const err8 = {
					instancePath: instancePath + "/agent_id",
					schemaPath: "#/properties/agent_id/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err8];
				else vErrors.push(err8);
				errors++;
			}
		}
		if (data.agent_name !== void 0) {
			if (typeof data.agent_name !== "string") {
				const err9 = {
					instancePath: instancePath + "/agent_name",
					schemaPath: "#/properties/agent_name/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err9];
				else vErrors.push(err9);
				errors++;
			}
		}
		if (data.model !== void 0) {
			if (typeof data.model !== "string") {
				const err10 = {
					instancePath: instancePath + "/model",
					schemaPath: "#/properties/model/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err10];
				else vErrors.push(err10);
				errors++;
			}
		}
		if (data.provider !== void 0) {
			if (typeof data.provider !== "string") {
				const err11 = {
					instancePath: instancePath + "/provider",
					schemaPath: "#/properties/provider/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err11];
				else vErrors.push(err11);
				errors++;
			}
		}
		if (data.runtime !== void 0) {
			if (typeof data.runtime !== "string") {
				const err12 = {
					instancePath: instancePath + "/runtime",
					schemaPath: "#/properties/runtime/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err12];
				else vErrors.push(err12);
				errors++;
			}
		}
		if (data.runtime_version !== void 0) {
			if (typeof data.runtime_version !== "string") {
				const err13 = {
					instancePath: instancePath + "/runtime_version",
					schemaPath: "#/properties/runtime_version/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err13];
				else vErrors.push(err13);
				errors++;
			}
		}
		if (data.trigger !== void 0) {
			let data7 = data.trigger;
			if (typeof data7 !== "string") {
				const err14 = {
					instancePath: instancePath + "/trigger",
					schemaPath: "#/properties/trigger/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err14];
				else vErrors.push(err14);
				errors++;
			}
			if (!(data7 === "manual" || data7 === "cron" || data7 === "webhook" || data7 === "agent" || data7 === "pipeline" || data7 === "queue")) {
				const err15 = {
					instancePath: instancePath + "/trigger",
					schemaPath: "#/properties/trigger/enum",
					keyword: "enum",
					params: { allowedValues: schema31.properties.trigger.enum },
					message: "must be equal to one of the allowed values"
				};
				if (vErrors === null) vErrors = [err15];
				else vErrors.push(err15);
				errors++;
			}
		}
		if (data.parent_run_id !== void 0) {
			let data8 = data.parent_run_id;
			if (typeof data8 !== "string" && data8 !== null) {
				const err16 = {
					instancePath: instancePath + "/parent_run_id",
					schemaPath: "#/properties/parent_run_id/type",
					keyword: "type",
					params: { type: schema31.properties.parent_run_id.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err16];
				else vErrors.push(err16);
				errors++;
			}
		}
		if (data.task_id !== void 0) {
			let data9 = data.task_id;
			if (typeof data9 !== "string" && data9 !== null) {
				const err17 = {
					instancePath: instancePath + "/task_id",
					schemaPath: "#/properties/task_id/type",
					keyword: "type",
					params: { type: schema31.properties.task_id.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err17];
				else vErrors.push(err17);
				errors++;
			}
		}
		if (data.status !== void 0) {
			let data10 = data.status;
			if (typeof data10 !== "string") {
				const err18 = {
					instancePath: instancePath + "/status",
					schemaPath: "#/properties/status/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err18];
				else vErrors.push(err18);
				errors++;
			}
			if (!(data10 === "pending" || data10 === "running" || data10 === "completed" || data10 === "failed" || data10 === "cancelled" || data10 === "timeout")) {
				const err19 = {
					instancePath: instancePath + "/status",
					schemaPath: "#/properties/status/enum",
					keyword: "enum",
					params: { allowedValues: schema31.properties.status.enum },
					message: "must be equal to one of the allowed values"
				};
				if (vErrors === null) vErrors = [err19];
				else vErrors.push(err19);
				errors++;
			}
		}
		if (data.outcome !== void 0) {
			let data11 = data.outcome;
			if (typeof data11 !== "string" && data11 !== null) {
				const err20 = {
					instancePath: instancePath + "/outcome",
					schemaPath: "#/properties/outcome/type",
					keyword: "type",
					params: { type: schema31.properties.outcome.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err20];
				else vErrors.push(err20);
				errors++;
			}
			if (!(data11 === "success" || data11 === "failed" || data11 === "partial" || data11 === "abandoned" || data11 === null)) {
				const err21 = {
					instancePath: instancePath + "/outcome",
					schemaPath: "#/properties/outcome/enum",
					keyword: "enum",
					params: { allowedValues: schema31.properties.outcome.enum },
					message: "must be equal to one of the allowed values"
				};
				if (vErrors === null) vErrors = [err21];
				else vErrors.push(err21);
				errors++;
			}
		}
		if (data.started_at !== void 0) {
			let data12 = data.started_at;
			if (typeof data12 === "string") {
				if (!formats0.validate(data12)) {
					const err22 = {
						instancePath: instancePath + "/started_at",
						schemaPath: "#/properties/started_at/format",
						keyword: "format",
						params: { format: "date-time" },
						message: "must match format \"date-time\""
					};
					if (vErrors === null) vErrors = [err22];
					else vErrors.push(err22);
					errors++;
				}
			} else {
				const err23 = {
					instancePath: instancePath + "/started_at",
					schemaPath: "#/properties/started_at/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err23];
				else vErrors.push(err23);
				errors++;
			}
		}
		if (data.ended_at !== void 0) {
			let data13 = data.ended_at;
			if (typeof data13 !== "string" && data13 !== null) {
				const err24 = {
					instancePath: instancePath + "/ended_at",
					schemaPath: "#/properties/ended_at/type",
					keyword: "type",
					params: { type: schema31.properties.ended_at.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err24];
				else vErrors.push(err24);
				errors++;
			}
			if (typeof data13 === "string") {
				if (!formats0.validate(data13)) {
					const err25 = {
						instancePath: instancePath + "/ended_at",
						schemaPath: "#/properties/ended_at/format",
						keyword: "format",
						params: { format: "date-time" },
						message: "must match format \"date-time\""
					};
					if (vErrors === null) vErrors = [err25];
					else vErrors.push(err25);
					errors++;
				}
			}
		}
		if (data.duration_ms !== void 0) {
			let data14 = data.duration_ms;
			if (!(typeof data14 == "number" && !(data14 % 1) && !isNaN(data14) && isFinite(data14)) && data14 !== null) {
				const err26 = {
					instancePath: instancePath + "/duration_ms",
					schemaPath: "#/properties/duration_ms/type",
					keyword: "type",
					params: { type: schema31.properties.duration_ms.type },
					message: "must be integer,null"
				};
				if (vErrors === null) vErrors = [err26];
				else vErrors.push(err26);
				errors++;
			}
			if (typeof data14 == "number" && isFinite(data14)) {
				if (data14 < 0 || isNaN(data14)) {
					const err27 = {
						instancePath: instancePath + "/duration_ms",
						schemaPath: "#/properties/duration_ms/minimum",
						keyword: "minimum",
						params: {
							comparison: ">=",
							limit: 0
						},
						message: "must be >= 0"
					};
					if (vErrors === null) vErrors = [err27];
					else vErrors.push(err27);
					errors++;
				}
			}
		}
		if (data.steps !== void 0) {
			let data15 = data.steps;
			if (Array.isArray(data15)) {
				const len0 = data15.length;
				for (let i0 = 0; i0 < len0; i0++) {
					let data16 = data15[i0];
					if (data16 && typeof data16 == "object" && !Array.isArray(data16)) {
						if (data16.id === void 0) {
							const err28 = {
								instancePath: instancePath + "/steps/" + i0,
								schemaPath: "step.json/required",
								keyword: "required",
								params: { missingProperty: "id" },
								message: "must have required property 'id'"
							};
							if (vErrors === null) vErrors = [err28];
							else vErrors.push(err28);
							errors++;
						}
						if (data16.type === void 0) {
							const err29 = {
								instancePath: instancePath + "/steps/" + i0,
								schemaPath: "step.json/required",
								keyword: "required",
								params: { missingProperty: "type" },
								message: "must have required property 'type'"
							};
							if (vErrors === null) vErrors = [err29];
							else vErrors.push(err29);
							errors++;
						}
						if (data16.started_at === void 0) {
							const err30 = {
								instancePath: instancePath + "/steps/" + i0,
								schemaPath: "step.json/required",
								keyword: "required",
								params: { missingProperty: "started_at" },
								message: "must have required property 'started_at'"
							};
							if (vErrors === null) vErrors = [err30];
							else vErrors.push(err30);
							errors++;
						}
						if (data16.id !== void 0) {
							if (typeof data16.id !== "string") {
								const err31 = {
									instancePath: instancePath + "/steps/" + i0 + "/id",
									schemaPath: "step.json/properties/id/type",
									keyword: "type",
									params: { type: "string" },
									message: "must be string"
								};
								if (vErrors === null) vErrors = [err31];
								else vErrors.push(err31);
								errors++;
							}
						}
						if (data16.type !== void 0) {
							let data18 = data16.type;
							if (typeof data18 !== "string") {
								const err32 = {
									instancePath: instancePath + "/steps/" + i0 + "/type",
									schemaPath: "step.json/properties/type/type",
									keyword: "type",
									params: { type: "string" },
									message: "must be string"
								};
								if (vErrors === null) vErrors = [err32];
								else vErrors.push(err32);
								errors++;
							}
							if (!(data18 === "reasoning" || data18 === "tool_call" || data18 === "tool_result" || data18 === "message" || data18 === "error" || data18 === "handoff")) {
								const err33 = {
									instancePath: instancePath + "/steps/" + i0 + "/type",
									schemaPath: "step.json/properties/type/enum",
									keyword: "enum",
									params: { allowedValues: schema32.properties.type.enum },
									message: "must be equal to one of the allowed values"
								};
								if (vErrors === null) vErrors = [err33];
								else vErrors.push(err33);
								errors++;
							}
						}
						if (data16.tool_name !== void 0) {
							let data19 = data16.tool_name;
							if (typeof data19 !== "string" && data19 !== null) {
								const err34 = {
									instancePath: instancePath + "/steps/" + i0 + "/tool_name",
									schemaPath: "step.json/properties/tool_name/type",
									keyword: "type",
									params: { type: schema32.properties.tool_name.type },
									message: "must be string,null"
								};
								if (vErrors === null) vErrors = [err34];
								else vErrors.push(err34);
								errors++;
							}
						}
						if (data16.mcp_server !== void 0) {
							let data20 = data16.mcp_server;
							if (typeof data20 !== "string" && data20 !== null) {
								const err35 = {
									instancePath: instancePath + "/steps/" + i0 + "/mcp_server",
									schemaPath: "step.json/properties/mcp_server/type",
									keyword: "type",
									params: { type: schema32.properties.mcp_server.type },
									message: "must be string,null"
								};
								if (vErrors === null) vErrors = [err35];
								else vErrors.push(err35);
								errors++;
							}
						}
						if (data16.input_preview !== void 0) {
							let data21 = data16.input_preview;
							if (typeof data21 !== "string" && data21 !== null) {
								const err36 = {
									instancePath: instancePath + "/steps/" + i0 + "/input_preview",
									schemaPath: "step.json/properties/input_preview/type",
									keyword: "type",
									params: { type: schema32.properties.input_preview.type },
									message: "must be string,null"
								};
								if (vErrors === null) vErrors = [err36];
								else vErrors.push(err36);
								errors++;
							}
							if (typeof data21 === "string") {
								if (func1(data21) > 500) {
									const err37 = {
										instancePath: instancePath + "/steps/" + i0 + "/input_preview",
										schemaPath: "step.json/properties/input_preview/maxLength",
										keyword: "maxLength",
										params: { limit: 500 },
										message: "must NOT have more than 500 characters"
									};
									if (vErrors === null) vErrors = [err37];
									else vErrors.push(err37);
									errors++;
								}
							}
						}
						if (data16.output_preview !== void 0) {
							let data22 = data16.output_preview;
							if (typeof data22 !== "string" && data22 !== null) {
								const err38 = {
									instancePath: instancePath + "/steps/" + i0 + "/output_preview",
									schemaPath: "step.json/properties/output_preview/type",
									keyword: "type",
									params: { type: schema32.properties.output_preview.type },
									message: "must be string,null"
								};
								if (vErrors === null) vErrors = [err38];
								else vErrors.push(err38);
								errors++;
							}
							if (typeof data22 === "string") {
								if (func1(data22) > 500) {
									const err39 = {
										instancePath: instancePath + "/steps/" + i0 + "/output_preview",
										schemaPath: "step.json/properties/output_preview/maxLength",
										keyword: "maxLength",
										params: { limit: 500 },
										message: "must NOT have more than 500 characters"
									};
									if (vErrors === null) vErrors = [err39];
									else vErrors.push(err39);
									errors++;
								}
							}
						}
						if (data16.success !== void 0) {
							let data23 = data16.success;
							if (typeof data23 !== "boolean" && data23 !== null) {
								const err40 = {
									instancePath: instancePath + "/steps/" + i0 + "/success",
									schemaPath: "step.json/properties/success/type",
									keyword: "type",
									params: { type: schema32.properties.success.type },
									message: "must be boolean,null"
								};
								if (vErrors === null) vErrors = [err40];
								else vErrors.push(err40);
								errors++;
							}
						}
						if (data16.error !== void 0) {
							let data24 = data16.error;
							if (typeof data24 !== "string" && data24 !== null) {
								const err41 = {
									instancePath: instancePath + "/steps/" + i0 + "/error",
									schemaPath: "step.json/properties/error/type",
									keyword: "type",
									params: { type: schema32.properties.error.type },
									message: "must be string,null"
								};
								if (vErrors === null) vErrors = [err41];
								else vErrors.push(err41);
								errors++;
							}
						}
						if (data16.started_at !== void 0) {
							let data25 = data16.started_at;
							if (typeof data25 === "string") {
								if (!formats0.validate(data25)) {
									const err42 = {
										instancePath: instancePath + "/steps/" + i0 + "/started_at",
										schemaPath: "step.json/properties/started_at/format",
										keyword: "format",
										params: { format: "date-time" },
										message: "must match format \"date-time\""
									};
									if (vErrors === null) vErrors = [err42];
									else vErrors.push(err42);
									errors++;
								}
							} else {
								const err43 = {
									instancePath: instancePath + "/steps/" + i0 + "/started_at",
									schemaPath: "step.json/properties/started_at/type",
									keyword: "type",
									params: { type: "string" },
									message: "must be string"
								};
								if (vErrors === null) vErrors = [err43];
								else vErrors.push(err43);
								errors++;
							}
						}
						if (data16.ended_at !== void 0) {
							let data26 = data16.ended_at;
							if (typeof data26 !== "string" && data26 !== null) {
								const err44 = {
									instancePath: instancePath + "/steps/" + i0 + "/ended_at",
									schemaPath: "step.json/properties/ended_at/type",
									keyword: "type",
									params: { type: schema32.properties.ended_at.type },
									message: "must be string,null"
								};
								if (vErrors === null) vErrors = [err44];
								else vErrors.push(err44);
								errors++;
							}
							if (typeof data26 === "string") {
								if (!formats0.validate(data26)) {
									const err45 = {
										instancePath: instancePath + "/steps/" + i0 + "/ended_at",
										schemaPath: "step.json/properties/ended_at/format",
										keyword: "format",
										params: { format: "date-time" },
										message: "must match format \"date-time\""
									};
									if (vErrors === null) vErrors = [err45];
									else vErrors.push(err45);
									errors++;
								}
							}
						}
						if (data16.duration_ms !== void 0) {
							let data27 = data16.duration_ms;
							if (!(typeof data27 == "number" && !(data27 % 1) && !isNaN(data27) && isFinite(data27)) && data27 !== null) {
								const err46 = {
									instancePath: instancePath + "/steps/" + i0 + "/duration_ms",
									schemaPath: "step.json/properties/duration_ms/type",
									keyword: "type",
									params: { type: schema32.properties.duration_ms.type },
									message: "must be integer,null"
								};
								if (vErrors === null) vErrors = [err46];
								else vErrors.push(err46);
								errors++;
							}
							if (typeof data27 == "number" && isFinite(data27)) {
								if (data27 < 0 || isNaN(data27)) {
									const err47 = {
										instancePath: instancePath + "/steps/" + i0 + "/duration_ms",
										schemaPath: "step.json/properties/duration_ms/minimum",
										keyword: "minimum",
										params: {
											comparison: ">=",
											limit: 0
										},
										message: "must be >= 0"
									};
									if (vErrors === null) vErrors = [err47];
									else vErrors.push(err47);
									errors++;
								}
							}
						}
						if (data16.tokens_used !== void 0) {
							let data28 = data16.tokens_used;
							if (!(typeof data28 == "number" && !(data28 % 1) && !isNaN(data28) && isFinite(data28)) && data28 !== null) {
								const err48 = {
									instancePath: instancePath + "/steps/" + i0 + "/tokens_used",
									schemaPath: "step.json/properties/tokens_used/type",
									keyword: "type",
									params: { type: schema32.properties.tokens_used.type },
									message: "must be integer,null"
								};
								if (vErrors === null) vErrors = [err48];
								else vErrors.push(err48);
								errors++;
							}
							if (typeof data28 == "number" && isFinite(data28)) {
								if (data28 < 0 || isNaN(data28)) {
									const err49 = {
										instancePath: instancePath + "/steps/" + i0 + "/tokens_used",
										schemaPath: "step.json/properties/tokens_used/minimum",
										keyword: "minimum",
										params: {
											comparison: ">=",
											limit: 0
										},
										message: "must be >= 0"
									};
									if (vErrors === null) vErrors = [err49];
									else vErrors.push(err49);
									errors++;
								}
							}
						}
						if (data16.metadata !== void 0) {
							let data29 = data16.metadata;
							if (data29 && typeof data29 == "object" && !Array.isArray(data29)) {} else {
								const err50 = {
									instancePath: instancePath + "/steps/" + i0 + "/metadata",
									schemaPath: "step.json/properties/metadata/type",
									keyword: "type",
									params: { type: "object" },
									message: "must be object"
								};
								if (vErrors === null) vErrors = [err50];
								else vErrors.push(err50);
								errors++;
							}
						}
					} else {
						const err51 = {
							instancePath: instancePath + "/steps/" + i0,
							schemaPath: "step.json/type",
							keyword: "type",
							params: { type: "object" },
							message: "must be object"
						};
						if (vErrors === null) vErrors = [err51];
						else vErrors.push(err51);
						errors++;
					}
				}
			} else {
				const err52 = {
					instancePath: instancePath + "/steps",
					schemaPath: "#/properties/steps/type",
					keyword: "type",
					params: { type: "array" },
					message: "must be array"
				};
				if (vErrors === null) vErrors = [err52];
				else vErrors.push(err52);
				errors++;
			}
		}
		if (data.tools_available !== void 0) {
			let data30 = data.tools_available;
			if (Array.isArray(data30)) {
				const len1 = data30.length;
				for (let i1 = 0; i1 < len1; i1++) if (typeof data30[i1] !== "string") {
					const err53 = {
						instancePath: instancePath + "/tools_available/" + i1,
						schemaPath: "#/properties/tools_available/items/type",
						keyword: "type",
						params: { type: "string" },
						message: "must be string"
					};
					if (vErrors === null) vErrors = [err53];
					else vErrors.push(err53);
					errors++;
				}
			} else {
				const err54 = {
					instancePath: instancePath + "/tools_available",
					schemaPath: "#/properties/tools_available/type",
					keyword: "type",
					params: { type: "array" },
					message: "must be array"
				};
				if (vErrors === null) vErrors = [err54];
				else vErrors.push(err54);
				errors++;
			}
		}
		if (data.cost !== void 0) {
			let data32 = data.cost;
			if (data32 && typeof data32 == "object" && !Array.isArray(data32)) {
				if (data32.input_tokens === void 0) {
					const err55 = {
						instancePath: instancePath + "/cost",
						schemaPath: "cost.json/required",
						keyword: "required",
						params: { missingProperty: "input_tokens" },
						message: "must have required property 'input_tokens'"
					};
					if (vErrors === null) vErrors = [err55];
					else vErrors.push(err55);
					errors++;
				}
				if (data32.output_tokens === void 0) {
					const err56 = {
						instancePath: instancePath + "/cost",
						schemaPath: "cost.json/required",
						keyword: "required",
						params: { missingProperty: "output_tokens" },
						message: "must have required property 'output_tokens'"
					};
					if (vErrors === null) vErrors = [err56];
					else vErrors.push(err56);
					errors++;
				}
				if (data32.input_tokens !== void 0) {
					let data33 = data32.input_tokens;
					if (!(typeof data33 == "number" && !(data33 % 1) && !isNaN(data33) && isFinite(data33))) {
						const err57 = {
							instancePath: instancePath + "/cost/input_tokens",
							schemaPath: "cost.json/properties/input_tokens/type",
							keyword: "type",
							params: { type: "integer" },
							message: "must be integer"
						};
						if (vErrors === null) vErrors = [err57];
						else vErrors.push(err57);
						errors++;
					}
					if (typeof data33 == "number" && isFinite(data33)) {
						if (data33 < 0 || isNaN(data33)) {
							const err58 = {
								instancePath: instancePath + "/cost/input_tokens",
								schemaPath: "cost.json/properties/input_tokens/minimum",
								keyword: "minimum",
								params: {
									comparison: ">=",
									limit: 0
								},
								message: "must be >= 0"
							};
							if (vErrors === null) vErrors = [err58];
							else vErrors.push(err58);
							errors++;
						}
					}
				}
				if (data32.output_tokens !== void 0) {
					let data34 = data32.output_tokens;
					if (!(typeof data34 == "number" && !(data34 % 1) && !isNaN(data34) && isFinite(data34))) {
						const err59 = {
							instancePath: instancePath + "/cost/output_tokens",
							schemaPath: "cost.json/properties/output_tokens/type",
							keyword: "type",
							params: { type: "integer" },
							message: "must be integer"
						};
						if (vErrors === null) vErrors = [err59];
						else vErrors.push(err59);
						errors++;
					}
					if (typeof data34 == "number" && isFinite(data34)) {
						if (data34 < 0 || isNaN(data34)) {
							const err60 = {
								instancePath: instancePath + "/cost/output_tokens",
								schemaPath: "cost.json/properties/output_tokens/minimum",
								keyword: "minimum",
								params: {
									comparison: ">=",
									limit: 0
								},
								message: "must be >= 0"
							};
							if (vErrors === null) vErrors = [err60];
							else vErrors.push(err60);
							errors++;
						}
					}
				}
				if (data32.cache_read_tokens !== void 0) {
					let data35 = data32.cache_read_tokens;
					if (!(typeof data35 == "number" && !(data35 % 1) && !isNaN(data35) && isFinite(data35)) && data35 !== null) {
						const err61 = {
							instancePath: instancePath + "/cost/cache_read_tokens",
							schemaPath: "cost.json/properties/cache_read_tokens/type",
							keyword: "type",
							params: { type: schema33.properties.cache_read_tokens.type },
							message: "must be integer,null"
						};
						if (vErrors === null) vErrors = [err61];
						else vErrors.push(err61);
						errors++;
					}
					if (typeof data35 == "number" && isFinite(data35)) {
						if (data35 < 0 || isNaN(data35)) {
							const err62 = {
								instancePath: instancePath + "/cost/cache_read_tokens",
								schemaPath: "cost.json/properties/cache_read_tokens/minimum",
								keyword: "minimum",
								params: {
									comparison: ">=",
									limit: 0
								},
								message: "must be >= 0"
							};
							if (vErrors === null) vErrors = [err62];
							else vErrors.push(err62);
							errors++;
						}
					}
				}
				if (data32.cache_write_tokens !== void 0) {
					let data36 = data32.cache_write_tokens;
					if (!(typeof data36 == "number" && !(data36 % 1) && !isNaN(data36) && isFinite(data36)) && data36 !== null) {
						const err63 = {
							instancePath: instancePath + "/cost/cache_write_tokens",
							schemaPath: "cost.json/properties/cache_write_tokens/type",
							keyword: "type",
							params: { type: schema33.properties.cache_write_tokens.type },
							message: "must be integer,null"
						};
						if (vErrors === null) vErrors = [err63];
						else vErrors.push(err63);
						errors++;
					}
					if (typeof data36 == "number" && isFinite(data36)) {
						if (data36 < 0 || isNaN(data36)) {
							const err64 = {
								instancePath: instancePath + "/cost/cache_write_tokens",
								schemaPath: "cost.json/properties/cache_write_tokens/minimum",
								keyword: "minimum",
								params: {
									comparison: ">=",
									limit: 0
								},
								message: "must be >= 0"
							};
							if (vErrors === null) vErrors = [err64];
							else vErrors.push(err64);
							errors++;
						}
					}
				}
				if (data32.total_tokens !== void 0) {
					let data37 = data32.total_tokens;
					if (!(typeof data37 == "number" && !(data37 % 1) && !isNaN(data37) && isFinite(data37)) && data37 !== null) {
						const err65 = {
							instancePath: instancePath + "/cost/total_tokens",
							schemaPath: "cost.json/properties/total_tokens/type",
							keyword: "type",
							params: { type: schema33.properties.total_tokens.type },
							message: "must be integer,null"
						};
						if (vErrors === null) vErrors = [err65];
						else vErrors.push(err65);
						errors++;
					}
					if (typeof data37 == "number" && isFinite(data37)) {
						if (data37 < 0 || isNaN(data37)) {
							const err66 = {
								instancePath: instancePath + "/cost/total_tokens",
								schemaPath: "cost.json/properties/total_tokens/minimum",
								keyword: "minimum",
								params: {
									comparison: ">=",
									limit: 0
								},
								message: "must be >= 0"
							};
							if (vErrors === null) vErrors = [err66];
							else vErrors.push(err66);
							errors++;
						}
					}
				}
				if (data32.cost_usd !== void 0) {
					let data38 = data32.cost_usd;
					if (!(typeof data38 == "number" && isFinite(data38)) && data38 !== null) {
						const err67 = {
							instancePath: instancePath + "/cost/cost_usd",
							schemaPath: "cost.json/properties/cost_usd/type",
							keyword: "type",
							params: { type: schema33.properties.cost_usd.type },
							message: "must be number,null"
						};
						if (vErrors === null) vErrors = [err67];
						else vErrors.push(err67);
						errors++;
					}
					if (typeof data38 == "number" && isFinite(data38)) {
						if (data38 < 0 || isNaN(data38)) {
							const err68 = {
								instancePath: instancePath + "/cost/cost_usd",
								schemaPath: "cost.json/properties/cost_usd/minimum",
								keyword: "minimum",
								params: {
									comparison: ">=",
									limit: 0
								},
								message: "must be >= 0"
							};
							if (vErrors === null) vErrors = [err68];
							else vErrors.push(err68);
							errors++;
						}
					}
				}
				if (data32.model !== void 0) {
					let data39 = data32.model;
					if (typeof data39 !== "string" && data39 !== null) {
						const err69 = {
							instancePath: instancePath + "/cost/model",
							schemaPath: "cost.json/properties/model/type",
							keyword: "type",
							params: { type: schema33.properties.model.type },
							message: "must be string,null"
						};
						if (vErrors === null) vErrors = [err69];
						else vErrors.push(err69);
						errors++;
					}
				}
				if (data32.metadata !== void 0) {
					let data40 = data32.metadata;
					if (data40 && typeof data40 == "object" && !Array.isArray(data40)) {} else {
						const err70 = {
							instancePath: instancePath + "/cost/metadata",
							schemaPath: "cost.json/properties/metadata/type",
							keyword: "type",
							params: { type: "object" },
							message: "must be object"
						};
						if (vErrors === null) vErrors = [err70];
						else vErrors.push(err70);
						errors++;
					}
				}
			} else {
				const err71 = {
					instancePath: instancePath + "/cost",
					schemaPath: "cost.json/type",
					keyword: "type",
					params: { type: "object" },
					message: "must be object"
				};
				if (vErrors === null) vErrors = [err71];
				else vErrors.push(err71);
				errors++;
			}
		}
		if (data.provenance !== void 0) {
			let data41 = data.provenance;
			if (data41 && typeof data41 == "object" && !Array.isArray(data41)) {
				if (data41.run_hash === void 0) {
					const err72 = {
						instancePath: instancePath + "/provenance",
						schemaPath: "provenance.json/required",
						keyword: "required",
						params: { missingProperty: "run_hash" },
						message: "must have required property 'run_hash'"
					};
					if (vErrors === null) vErrors = [err72];
					else vErrors.push(err72);
					errors++;
				}
				if (data41.run_hash !== void 0) {
					let data42 = data41.run_hash;
					if (typeof data42 === "string") {
						if (!pattern4.test(data42)) {
							const err73 = {
								instancePath: instancePath + "/provenance/run_hash",
								schemaPath: "provenance.json/properties/run_hash/pattern",
								keyword: "pattern",
								params: { pattern: "^[a-f0-9]{64}$" },
								message: "must match pattern \"^[a-f0-9]{64}$\""
							};
							if (vErrors === null) vErrors = [err73];
							else vErrors.push(err73);
							errors++;
						}
					} else {
						const err74 = {
							instancePath: instancePath + "/provenance/run_hash",
							schemaPath: "provenance.json/properties/run_hash/type",
							keyword: "type",
							params: { type: "string" },
							message: "must be string"
						};
						if (vErrors === null) vErrors = [err74];
						else vErrors.push(err74);
						errors++;
					}
				}
				if (data41.parent_run_hash !== void 0) {
					let data43 = data41.parent_run_hash;
					if (typeof data43 !== "string" && data43 !== null) {
						const err75 = {
							instancePath: instancePath + "/provenance/parent_run_hash",
							schemaPath: "provenance.json/properties/parent_run_hash/type",
							keyword: "type",
							params: { type: schema34.properties.parent_run_hash.type },
							message: "must be string,null"
						};
						if (vErrors === null) vErrors = [err75];
						else vErrors.push(err75);
						errors++;
					}
					if (typeof data43 === "string") {
						if (!pattern4.test(data43)) {
							const err76 = {
								instancePath: instancePath + "/provenance/parent_run_hash",
								schemaPath: "provenance.json/properties/parent_run_hash/pattern",
								keyword: "pattern",
								params: { pattern: "^[a-f0-9]{64}$" },
								message: "must match pattern \"^[a-f0-9]{64}$\""
							};
							if (vErrors === null) vErrors = [err76];
							else vErrors.push(err76);
							errors++;
						}
					}
				}
				if (data41.lineage !== void 0) {
					let data44 = data41.lineage;
					if (Array.isArray(data44)) {
						const len2 = data44.length;
						for (let i2 = 0; i2 < len2; i2++) {
							let data45 = data44[i2];
							if (typeof data45 === "string") {
								if (!pattern4.test(data45)) {
									const err77 = {
										instancePath: instancePath + "/provenance/lineage/" + i2,
										schemaPath: "provenance.json/properties/lineage/items/pattern",
										keyword: "pattern",
										params: { pattern: "^[a-f0-9]{64}$" },
										message: "must match pattern \"^[a-f0-9]{64}$\""
									};
									if (vErrors === null) vErrors = [err77];
									else vErrors.push(err77);
									errors++;
								}
							} else {
								const err78 = {
									instancePath: instancePath + "/provenance/lineage/" + i2,
									schemaPath: "provenance.json/properties/lineage/items/type",
									keyword: "type",
									params: { type: "string" },
									message: "must be string"
								};
								if (vErrors === null) vErrors = [err78];
								else vErrors.push(err78);
								errors++;
							}
						}
					} else {
						const err79 = {
							instancePath: instancePath + "/provenance/lineage",
							schemaPath: "provenance.json/properties/lineage/type",
							keyword: "type",
							params: { type: "array" },
							message: "must be array"
						};
						if (vErrors === null) vErrors = [err79];
						else vErrors.push(err79);
						errors++;
					}
				}
				if (data41.model_version !== void 0) {
					if (typeof data41.model_version !== "string") {
						const err80 = {
							instancePath: instancePath + "/provenance/model_version",
							schemaPath: "provenance.json/properties/model_version/type",
							keyword: "type",
							params: { type: "string" },
							message: "must be string"
						};
						if (vErrors === null) vErrors = [err80];
						else vErrors.push(err80);
						errors++;
					}
				}
				if (data41.config_hash !== void 0) {
					let data47 = data41.config_hash;
					if (typeof data47 === "string") {
						if (!pattern4.test(data47)) {
							const err81 = {
								instancePath: instancePath + "/provenance/config_hash",
								schemaPath: "provenance.json/properties/config_hash/pattern",
								keyword: "pattern",
								params: { pattern: "^[a-f0-9]{64}$" },
								message: "must match pattern \"^[a-f0-9]{64}$\""
							};
							if (vErrors === null) vErrors = [err81];
							else vErrors.push(err81);
							errors++;
						}
					} else {
						const err82 = {
							instancePath: instancePath + "/provenance/config_hash",
							schemaPath: "provenance.json/properties/config_hash/type",
							keyword: "type",
							params: { type: "string" },
							message: "must be string"
						};
						if (vErrors === null) vErrors = [err82];
						else vErrors.push(err82);
						errors++;
					}
				}
				if (data41.runtime !== void 0) {
					if (typeof data41.runtime !== "string") {
						const err83 = {
							instancePath: instancePath + "/provenance/runtime",
							schemaPath: "provenance.json/properties/runtime/type",
							keyword: "type",
							params: { type: "string" },
							message: "must be string"
						};
						if (vErrors === null) vErrors = [err83];
						else vErrors.push(err83);
						errors++;
					}
				}
				if (data41.signed_by !== void 0) {
					let data49 = data41.signed_by;
					if (typeof data49 !== "string" && data49 !== null) {
						const err84 = {
							instancePath: instancePath + "/provenance/signed_by",
							schemaPath: "provenance.json/properties/signed_by/type",
							keyword: "type",
							params: { type: schema34.properties.signed_by.type },
							message: "must be string,null"
						};
						if (vErrors === null) vErrors = [err84];
						else vErrors.push(err84);
						errors++;
					}
				}
				if (data41.signature !== void 0) {
					let data50 = data41.signature;
					if (typeof data50 !== "string" && data50 !== null) {
						const err85 = {
							instancePath: instancePath + "/provenance/signature",
							schemaPath: "provenance.json/properties/signature/type",
							keyword: "type",
							params: { type: schema34.properties.signature.type },
							message: "must be string,null"
						};
						if (vErrors === null) vErrors = [err85];
						else vErrors.push(err85);
						errors++;
					}
				}
				if (data41.created_at !== void 0) {
					let data51 = data41.created_at;
					if (typeof data51 === "string") {
						if (!formats0.validate(data51)) {
							const err86 = {
								instancePath: instancePath + "/provenance/created_at",
								schemaPath: "provenance.json/properties/created_at/format",
								keyword: "format",
								params: { format: "date-time" },
								message: "must match format \"date-time\""
							};
							if (vErrors === null) vErrors = [err86];
							else vErrors.push(err86);
							errors++;
						}
					} else {
						const err87 = {
							instancePath: instancePath + "/provenance/created_at",
							schemaPath: "provenance.json/properties/created_at/type",
							keyword: "type",
							params: { type: "string" },
							message: "must be string"
						};
						if (vErrors === null) vErrors = [err87];
						else vErrors.push(err87);
						errors++;
					}
				}
				if (data41.metadata !== void 0) {
					let data52 = data41.metadata;
					if (data52 && typeof data52 == "object" && !Array.isArray(data52)) {} else {
						const err88 = {
							instancePath: instancePath + "/provenance/metadata",
							schemaPath: "provenance.json/properties/metadata/type",
							keyword: "type",
							params: { type: "object" },
							message: "must be object"
						};
						if (vErrors === null) vErrors = [err88];
						else vErrors.push(err88);
						errors++;
					}
				}
			} else {
				const err89 = {
					instancePath: instancePath + "/provenance",
					schemaPath: "provenance.json/type",
					keyword: "type",
					params: { type: "object" },
					message: "must be object"
				};
				if (vErrors === null) vErrors = [err89];
				else vErrors.push(err89);
				errors++;
			}
		}
		if (data.eval !== void 0) {
			let data53 = data.eval;
			const _errs114 = errors;
			let valid13 = false;
			const _errs115 = errors;
			if (data53 && typeof data53 == "object" && !Array.isArray(data53)) {
				if (data53.pass === void 0) {
					const err90 = {
						instancePath: instancePath + "/eval",
						schemaPath: "eval.json/required",
						keyword: "required",
						params: { missingProperty: "pass" },
						message: "must have required property 'pass'"
					};
					if (vErrors === null) vErrors = [err90];
					else vErrors.push(err90);
					errors++;
				}
				if (data53.score === void 0) {
					const err91 = {
						instancePath: instancePath + "/eval",
						schemaPath: "eval.json/required",
						keyword: "required",
						params: { missingProperty: "score" },
						message: "must have required property 'score'"
					};
					if (vErrors === null) vErrors = [err91];
					else vErrors.push(err91);
					errors++;
				}
				if (data53.task_type !== void 0) {
					let data54 = data53.task_type;
					if (typeof data54 !== "string" && data54 !== null) {
						const err92 = {
							instancePath: instancePath + "/eval/task_type",
							schemaPath: "eval.json/properties/task_type/type",
							keyword: "type",
							params: { type: schema35.properties.task_type.type },
							message: "must be string,null"
						};
						if (vErrors === null) vErrors = [err92];
						else vErrors.push(err92);
						errors++;
					}
				}
				if (data53.eval_layer !== void 0) {
					let data55 = data53.eval_layer;
					if (typeof data55 !== "string" && data55 !== null) {
						const err93 = {
							instancePath: instancePath + "/eval/eval_layer",
							schemaPath: "eval.json/properties/eval_layer/type",
							keyword: "type",
							params: { type: schema35.properties.eval_layer.type },
							message: "must be string,null"
						};
						if (vErrors === null) vErrors = [err93];
						else vErrors.push(err93);
						errors++;
					}
				}
				if (data53.pass !== void 0) {
					if (typeof data53.pass !== "boolean") {
						const err94 = {
							instancePath: instancePath + "/eval/pass",
							schemaPath: "eval.json/properties/pass/type",
							keyword: "type",
							params: { type: "boolean" },
							message: "must be boolean"
						};
						if (vErrors === null) vErrors = [err94];
						else vErrors.push(err94);
						errors++;
					}
				}
				if (data53.score !== void 0) {
					let data57 = data53.score;
					if (typeof data57 == "number" && isFinite(data57)) {
						if (data57 > 100 || isNaN(data57)) {
							const err95 = {
								instancePath: instancePath + "/eval/score",
								schemaPath: "eval.json/properties/score/maximum",
								keyword: "maximum",
								params: {
									comparison: "<=",
									limit: 100
								},
								message: "must be <= 100"
							};
							if (vErrors === null) vErrors = [err95];
							else vErrors.push(err95);
							errors++;
						}
						if (data57 < 0 || isNaN(data57)) {
							const err96 = {
								instancePath: instancePath + "/eval/score",
								schemaPath: "eval.json/properties/score/minimum",
								keyword: "minimum",
								params: {
									comparison: ">=",
									limit: 0
								},
								message: "must be >= 0"
							};
							if (vErrors === null) vErrors = [err96];
							else vErrors.push(err96);
							errors++;
						}
					} else {
						const err97 = {
							instancePath: instancePath + "/eval/score",
							schemaPath: "eval.json/properties/score/type",
							keyword: "type",
							params: { type: "number" },
							message: "must be number"
						};
						if (vErrors === null) vErrors = [err97];
						else vErrors.push(err97);
						errors++;
					}
				}
				if (data53.expected_outcome !== void 0) {
					let data58 = data53.expected_outcome;
					if (typeof data58 !== "string" && data58 !== null) {
						const err98 = {
							instancePath: instancePath + "/eval/expected_outcome",
							schemaPath: "eval.json/properties/expected_outcome/type",
							keyword: "type",
							params: { type: schema35.properties.expected_outcome.type },
							message: "must be string,null"
						};
						if (vErrors === null) vErrors = [err98];
						else vErrors.push(err98);
						errors++;
					}
				}
				if (data53.actual_outcome !== void 0) {
					let data59 = data53.actual_outcome;
					if (typeof data59 !== "string" && data59 !== null) {
						const err99 = {
							instancePath: instancePath + "/eval/actual_outcome",
							schemaPath: "eval.json/properties/actual_outcome/type",
							keyword: "type",
							params: { type: schema35.properties.actual_outcome.type },
							message: "must be string,null"
						};
						if (vErrors === null) vErrors = [err99];
						else vErrors.push(err99);
						errors++;
					}
				}
				if (data53.metrics !== void 0) {
					let data60 = data53.metrics;
					if (data60 && typeof data60 == "object" && !Array.isArray(data60)) {
						if (data60.cost_usd !== void 0) {
							let data61 = data60.cost_usd;
							if (typeof data61 == "number" && isFinite(data61)) {
								if (data61 < 0 || isNaN(data61)) {
									const err100 = {
										instancePath: instancePath + "/eval/metrics/cost_usd",
										schemaPath: "eval.json/properties/metrics/properties/cost_usd/minimum",
										keyword: "minimum",
										params: {
											comparison: ">=",
											limit: 0
										},
										message: "must be >= 0"
									};
									if (vErrors === null) vErrors = [err100];
									else vErrors.push(err100);
									errors++;
								}
							} else {
								const err101 = {
									instancePath: instancePath + "/eval/metrics/cost_usd",
									schemaPath: "eval.json/properties/metrics/properties/cost_usd/type",
									keyword: "type",
									params: { type: "number" },
									message: "must be number"
								};
								if (vErrors === null) vErrors = [err101];
								else vErrors.push(err101);
								errors++;
							}
						}
						if (data60.duration_s !== void 0) {
							let data62 = data60.duration_s;
							if (typeof data62 == "number" && isFinite(data62)) {
								if (data62 < 0 || isNaN(data62)) {
									const err102 = {
										instancePath: instancePath + "/eval/metrics/duration_s",
										schemaPath: "eval.json/properties/metrics/properties/duration_s/minimum",
										keyword: "minimum",
										params: {
											comparison: ">=",
											limit: 0
										},
										message: "must be >= 0"
									};
									if (vErrors === null) vErrors = [err102];
									else vErrors.push(err102);
									errors++;
								}
							} else {
								const err103 = {
									instancePath: instancePath + "/eval/metrics/duration_s",
									schemaPath: "eval.json/properties/metrics/properties/duration_s/type",
									keyword: "type",
									params: { type: "number" },
									message: "must be number"
								};
								if (vErrors === null) vErrors = [err103];
								else vErrors.push(err103);
								errors++;
							}
						}
						if (data60.tool_calls !== void 0) {
							let data63 = data60.tool_calls;
							if (!(typeof data63 == "number" && !(data63 % 1) && !isNaN(data63) && isFinite(data63))) {
								const err104 = {
									instancePath: instancePath + "/eval/metrics/tool_calls",
									schemaPath: "eval.json/properties/metrics/properties/tool_calls/type",
									keyword: "type",
									params: { type: "integer" },
									message: "must be integer"
								};
								if (vErrors === null) vErrors = [err104];
								else vErrors.push(err104);
								errors++;
							}
							if (typeof data63 == "number" && isFinite(data63)) {
								if (data63 < 0 || isNaN(data63)) {
									const err105 = {
										instancePath: instancePath + "/eval/metrics/tool_calls",
										schemaPath: "eval.json/properties/metrics/properties/tool_calls/minimum",
										keyword: "minimum",
										params: {
											comparison: ">=",
											limit: 0
										},
										message: "must be >= 0"
									};
									if (vErrors === null) vErrors = [err105];
									else vErrors.push(err105);
									errors++;
								}
							}
						}
						if (data60.retries !== void 0) {
							let data64 = data60.retries;
							if (!(typeof data64 == "number" && !(data64 % 1) && !isNaN(data64) && isFinite(data64))) {
								const err106 = {
									instancePath: instancePath + "/eval/metrics/retries",
									schemaPath: "eval.json/properties/metrics/properties/retries/type",
									keyword: "type",
									params: { type: "integer" },
									message: "must be integer"
								};
								if (vErrors === null) vErrors = [err106];
								else vErrors.push(err106);
								errors++;
							}
							if (typeof data64 == "number" && isFinite(data64)) {
								if (data64 < 0 || isNaN(data64)) {
									const err107 = {
										instancePath: instancePath + "/eval/metrics/retries",
										schemaPath: "eval.json/properties/metrics/properties/retries/minimum",
										keyword: "minimum",
										params: {
											comparison: ">=",
											limit: 0
										},
										message: "must be >= 0"
									};
									if (vErrors === null) vErrors = [err107];
									else vErrors.push(err107);
									errors++;
								}
							}
						}
						if (data60.convergence_score !== void 0) {
							let data65 = data60.convergence_score;
							if (!(typeof data65 == "number" && isFinite(data65)) && data65 !== null) {
								const err108 = {
									instancePath: instancePath + "/eval/metrics/convergence_score",
									schemaPath: "eval.json/properties/metrics/properties/convergence_score/type",
									keyword: "type",
									params: { type: schema35.properties.metrics.properties.convergence_score.type },
									message: "must be number,null"
								};
								if (vErrors === null) vErrors = [err108];
								else vErrors.push(err108);
								errors++;
							}
							if (typeof data65 == "number" && isFinite(data65)) {
								if (data65 > 1 || isNaN(data65)) {
									const err109 = {
										instancePath: instancePath + "/eval/metrics/convergence_score",
										schemaPath: "eval.json/properties/metrics/properties/convergence_score/maximum",
										keyword: "maximum",
										params: {
											comparison: "<=",
											limit: 1
										},
										message: "must be <= 1"
									};
									if (vErrors === null) vErrors = [err109];
									else vErrors.push(err109);
									errors++;
								}
								if (data65 < 0 || isNaN(data65)) {
									const err110 = {
										instancePath: instancePath + "/eval/metrics/convergence_score",
										schemaPath: "eval.json/properties/metrics/properties/convergence_score/minimum",
										keyword: "minimum",
										params: {
											comparison: ">=",
											limit: 0
										},
										message: "must be >= 0"
									};
									if (vErrors === null) vErrors = [err110];
									else vErrors.push(err110);
									errors++;
								}
							}
						}
						if (data60.total_steps !== void 0) {
							let data66 = data60.total_steps;
							if (!(typeof data66 == "number" && !(data66 % 1) && !isNaN(data66) && isFinite(data66)) && data66 !== null) {
								const err111 = {
									instancePath: instancePath + "/eval/metrics/total_steps",
									schemaPath: "eval.json/properties/metrics/properties/total_steps/type",
									keyword: "type",
									params: { type: schema35.properties.metrics.properties.total_steps.type },
									message: "must be integer,null"
								};
								if (vErrors === null) vErrors = [err111];
								else vErrors.push(err111);
								errors++;
							}
							if (typeof data66 == "number" && isFinite(data66)) {
								if (data66 < 0 || isNaN(data66)) {
									const err112 = {
										instancePath: instancePath + "/eval/metrics/total_steps",
										schemaPath: "eval.json/properties/metrics/properties/total_steps/minimum",
										keyword: "minimum",
										params: {
											comparison: ">=",
											limit: 0
										},
										message: "must be >= 0"
									};
									if (vErrors === null) vErrors = [err112];
									else vErrors.push(err112);
									errors++;
								}
							}
						}
						if (data60.optimal_steps !== void 0) {
							let data67 = data60.optimal_steps;
							if (!(typeof data67 == "number" && !(data67 % 1) && !isNaN(data67) && isFinite(data67)) && data67 !== null) {
								const err113 = {
									instancePath: instancePath + "/eval/metrics/optimal_steps",
									schemaPath: "eval.json/properties/metrics/properties/optimal_steps/type",
									keyword: "type",
									params: { type: schema35.properties.metrics.properties.optimal_steps.type },
									message: "must be integer,null"
								};
								if (vErrors === null) vErrors = [err113];
								else vErrors.push(err113);
								errors++;
							}
							if (typeof data67 == "number" && isFinite(data67)) {
								if (data67 < 0 || isNaN(data67)) {
									const err114 = {
										instancePath: instancePath + "/eval/metrics/optimal_steps",
										schemaPath: "eval.json/properties/metrics/properties/optimal_steps/minimum",
										keyword: "minimum",
										params: {
											comparison: ">=",
											limit: 0
										},
										message: "must be >= 0"
									};
									if (vErrors === null) vErrors = [err114];
									else vErrors.push(err114);
									errors++;
								}
							}
						}
					} else {
						const err115 = {
							instancePath: instancePath + "/eval/metrics",
							schemaPath: "eval.json/properties/metrics/type",
							keyword: "type",
							params: { type: "object" },
							message: "must be object"
						};
						if (vErrors === null) vErrors = [err115];
						else vErrors.push(err115);
						errors++;
					}
				}
				if (data53.regression_from !== void 0) {
					let data68 = data53.regression_from;
					if (typeof data68 !== "string" && data68 !== null) {
						const err116 = {
							instancePath: instancePath + "/eval/regression_from",
							schemaPath: "eval.json/properties/regression_from/type",
							keyword: "type",
							params: { type: schema35.properties.regression_from.type },
							message: "must be string,null"
						};
						if (vErrors === null) vErrors = [err116];
						else vErrors.push(err116);
						errors++;
					}
				}
				if (data53.detail !== void 0) {
					let data69 = data53.detail;
					if (typeof data69 !== "string" && data69 !== null) {
						const err117 = {
							instancePath: instancePath + "/eval/detail",
							schemaPath: "eval.json/properties/detail/type",
							keyword: "type",
							params: { type: schema35.properties.detail.type },
							message: "must be string,null"
						};
						if (vErrors === null) vErrors = [err117];
						else vErrors.push(err117);
						errors++;
					}
				}
				if (data53.benchmark_id !== void 0) {
					let data70 = data53.benchmark_id;
					if (typeof data70 !== "string" && data70 !== null) {
						const err118 = {
							instancePath: instancePath + "/eval/benchmark_id",
							schemaPath: "eval.json/properties/benchmark_id/type",
							keyword: "type",
							params: { type: schema35.properties.benchmark_id.type },
							message: "must be string,null"
						};
						if (vErrors === null) vErrors = [err118];
						else vErrors.push(err118);
						errors++;
					}
				}
				if (data53.metadata !== void 0) {
					let data71 = data53.metadata;
					if (data71 && typeof data71 == "object" && !Array.isArray(data71)) {} else {
						const err119 = {
							instancePath: instancePath + "/eval/metadata",
							schemaPath: "eval.json/properties/metadata/type",
							keyword: "type",
							params: { type: "object" },
							message: "must be object"
						};
						if (vErrors === null) vErrors = [err119];
						else vErrors.push(err119);
						errors++;
					}
				}
			} else {
				const err120 = {
					instancePath: instancePath + "/eval",
					schemaPath: "eval.json/type",
					keyword: "type",
					params: { type: "object" },
					message: "must be object"
				};
				if (vErrors === null) vErrors = [err120];
				else vErrors.push(err120);
				errors++;
			}
			var _valid0 = _errs115 === errors;
			valid13 = valid13 || _valid0;
			if (_valid0) {
				var props0 = {};
				props0.task_type = true;
				props0.eval_layer = true;
				props0.pass = true;
				props0.score = true;
				props0.expected_outcome = true;
				props0.actual_outcome = true;
				props0.metrics = true;
				props0.regression_from = true;
				props0.detail = true;
				props0.benchmark_id = true;
				props0.metadata = true;
			}
			const _errs156 = errors;
			if (data53 !== null) {
				const err121 = {
					instancePath: instancePath + "/eval",
					schemaPath: "#/properties/eval/anyOf/1/type",
					keyword: "type",
					params: { type: "null" },
					message: "must be null"
				};
				if (vErrors === null) vErrors = [err121];
				else vErrors.push(err121);
				errors++;
			}
			var _valid0 = _errs156 === errors;
			valid13 = valid13 || _valid0;
			if (!valid13) {
				const err122 = {
					instancePath: instancePath + "/eval",
					schemaPath: "#/properties/eval/anyOf",
					keyword: "anyOf",
					params: {},
					message: "must match a schema in anyOf"
				};
				if (vErrors === null) vErrors = [err122];
				else vErrors.push(err122);
				errors++;
			} else {
				errors = _errs114;
				if (vErrors !== null) {
					if (_errs114) vErrors.length = _errs114;
					else vErrors = null;
				}
			}
		}
		if (data.error !== void 0) {
			let data72 = data.error;
			if (typeof data72 !== "string" && data72 !== null) {
				const err123 = {
					instancePath: instancePath + "/error",
					schemaPath: "#/properties/error/type",
					keyword: "type",
					params: { type: schema31.properties.error.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err123];
				else vErrors.push(err123);
				errors++;
			}
		}
		if (data.git_branch !== void 0) {
			let data73 = data.git_branch;
			if (typeof data73 !== "string" && data73 !== null) {
				const err124 = {
					instancePath: instancePath + "/git_branch",
					schemaPath: "#/properties/git_branch/type",
					keyword: "type",
					params: { type: schema31.properties.git_branch.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err124];
				else vErrors.push(err124);
				errors++;
			}
		}
		if (data.git_commit !== void 0) {
			let data74 = data.git_commit;
			if (typeof data74 !== "string" && data74 !== null) {
				const err125 = {
					instancePath: instancePath + "/git_commit",
					schemaPath: "#/properties/git_commit/type",
					keyword: "type",
					params: { type: schema31.properties.git_commit.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err125];
				else vErrors.push(err125);
				errors++;
			}
		}
		if (data.workspace_id !== void 0) {
			let data75 = data.workspace_id;
			if (typeof data75 !== "string" && data75 !== null) {
				const err126 = {
					instancePath: instancePath + "/workspace_id",
					schemaPath: "#/properties/workspace_id/type",
					keyword: "type",
					params: { type: schema31.properties.workspace_id.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err126];
				else vErrors.push(err126);
				errors++;
			}
		}
		if (data.tags !== void 0) {
			let data76 = data.tags;
			if (Array.isArray(data76)) {
				const len3 = data76.length;
				for (let i3 = 0; i3 < len3; i3++) if (typeof data76[i3] !== "string") {
					const err127 = {
						instancePath: instancePath + "/tags/" + i3,
						schemaPath: "#/properties/tags/items/type",
						keyword: "type",
						params: { type: "string" },
						message: "must be string"
					};
					if (vErrors === null) vErrors = [err127];
					else vErrors.push(err127);
					errors++;
				}
			} else {
				const err128 = {
					instancePath: instancePath + "/tags",
					schemaPath: "#/properties/tags/type",
					keyword: "type",
					params: { type: "array" },
					message: "must be array"
				};
				if (vErrors === null) vErrors = [err128];
				else vErrors.push(err128);
				errors++;
			}
		}
		if (data.metadata !== void 0) {
			let data78 = data.metadata;
			if (data78 && typeof data78 == "object" && !Array.isArray(data78)) {} else {
				const err129 = {
					instancePath: instancePath + "/metadata",
					schemaPath: "#/properties/metadata/type",
					keyword: "type",
					params: { type: "object" },
					message: "must be object"
				};
				if (vErrors === null) vErrors = [err129];
				else vErrors.push(err129);
				errors++;
			}
		}
	} else {
		const err130 = {
			instancePath,
			schemaPath: "#/type",
			keyword: "type",
			params: { type: "object" },
			message: "must be object"
		};
		if (vErrors === null) vErrors = [err130];
		else vErrors.push(err130);
		errors++;
	}
	validate20.errors = vErrors;
	return errors === 0;
}
validate20.evaluated = {
	"props": {
		"id": true,
		"agent_id": true,
		"agent_name": true,
		"model": true,
		"provider": true,
		"runtime": true,
		"runtime_version": true,
		"trigger": true,
		"parent_run_id": true,
		"task_id": true,
		"status": true,
		"outcome": true,
		"started_at": true,
		"ended_at": true,
		"duration_ms": true,
		"steps": true,
		"tools_available": true,
		"cost": true,
		"provenance": true,
		"eval": true,
		"error": true,
		"git_branch": true,
		"git_commit": true,
		"workspace_id": true,
		"tags": true,
		"metadata": true
	},
	"dynamicProps": false,
	"dynamicItems": false
};
const compiledStep = validate21;
function validate21(data, { instancePath = "", parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}) {
	let vErrors = null;
	let errors = 0;
	const evaluated0 = validate21.evaluated;
	if (evaluated0.dynamicProps) evaluated0.props = void 0;
	if (evaluated0.dynamicItems) evaluated0.items = void 0;
	if (data && typeof data == "object" && !Array.isArray(data)) {
		if (data.id === void 0) {
			const err0 = {
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: "id" },
				message: "must have required property 'id'"
			};
			if (vErrors === null) vErrors = [err0];
			else vErrors.push(err0);
			errors++;
		}
		if (data.type === void 0) {
			const err1 = {
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: "type" },
				message: "must have required property 'type'"
			};
			if (vErrors === null) vErrors = [err1];
			else vErrors.push(err1);
			errors++;
		}
		if (data.started_at === void 0) {
			const err2 = {
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: "started_at" },
				message: "must have required property 'started_at'"
			};
			if (vErrors === null) vErrors = [err2];
			else vErrors.push(err2);
			errors++;
		}
		if (data.id !== void 0) {
			if (typeof data.id !== "string") {
				const err3 = {
					instancePath: instancePath + "/id",
					schemaPath: "#/properties/id/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err3];
				else vErrors.push(err3);
				errors++;
			}
		}
		if (data.type !== void 0) {
			let data1 = data.type;
			if (typeof data1 !== "string") {
				const err4 = {
					instancePath: instancePath + "/type",
					schemaPath: "#/properties/type/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err4];
				else vErrors.push(err4);
				errors++;
			}
			if (!(data1 === "reasoning" || data1 === "tool_call" || data1 === "tool_result" || data1 === "message" || data1 === "error" || data1 === "handoff")) {
				const err5 = {
					instancePath: instancePath + "/type",
					schemaPath: "#/properties/type/enum",
					keyword: "enum",
					params: { allowedValues: schema32.properties.type.enum },
					message: "must be equal to one of the allowed values"
				};
				if (vErrors === null) vErrors = [err5];
				else vErrors.push(err5);
				errors++;
			}
		}
		if (data.tool_name !== void 0) {
			let data2 = data.tool_name;
			if (typeof data2 !== "string" && data2 !== null) {
				const err6 = {
					instancePath: instancePath + "/tool_name",
					schemaPath: "#/properties/tool_name/type",
					keyword: "type",
					params: { type: schema32.properties.tool_name.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err6];
				else vErrors.push(err6);
				errors++;
			}
		}
		if (data.mcp_server !== void 0) {
			let data3 = data.mcp_server;
			if (typeof data3 !== "string" && data3 !== null) {
				const err7 = {
					instancePath: instancePath + "/mcp_server",
					schemaPath: "#/properties/mcp_server/type",
					keyword: "type",
					params: { type: schema32.properties.mcp_server.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err7];
				else vErrors.push(err7);
				errors++;
			}
		}
		if (data.input_preview !== void 0) {
			let data4 = data.input_preview;
			if (typeof data4 !== "string" && data4 !== null) {
				const err8 = {
					instancePath: instancePath + "/input_preview",
					schemaPath: "#/properties/input_preview/type",
					keyword: "type",
					params: { type: schema32.properties.input_preview.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err8];
				else vErrors.push(err8);
				errors++;
			}
			if (typeof data4 === "string") {
				if (func1(data4) > 500) {
					const err9 = {
						instancePath: instancePath + "/input_preview",
						schemaPath: "#/properties/input_preview/maxLength",
						keyword: "maxLength",
						params: { limit: 500 },
						message: "must NOT have more than 500 characters"
					};
					if (vErrors === null) vErrors = [err9];
					else vErrors.push(err9);
					errors++;
				}
			}
		}
		if (data.output_preview !== void 0) {
			let data5 = data.output_preview;
			if (typeof data5 !== "string" && data5 !== null) {
				const err10 = {
					instancePath: instancePath + "/output_preview",
					schemaPath: "#/properties/output_preview/type",
					keyword: "type",
					params: { type: schema32.properties.output_preview.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err10];
				else vErrors.push(err10);
				errors++;
			}
			if (typeof data5 === "string") {
				if (func1(data5) > 500) {
					const err11 = {
						instancePath: instancePath + "/output_preview",
						schemaPath: "#/properties/output_preview/maxLength",
						keyword: "maxLength",
						params: { limit: 500 },
						message: "must NOT have more than 500 characters"
					};
					if (vErrors === null) vErrors = [err11];
					else vErrors.push(err11);
					errors++;
				}
			}
		}
		if (data.success !== void 0) {
			let data6 = data.success;
			if (typeof data6 !== "boolean" && data6 !== null) {
				const err12 = {
					instancePath: instancePath + "/success",
					schemaPath: "#/properties/success/type",
					keyword: "type",
					params: { type: schema32.properties.success.type },
					message: "must be boolean,null"
				};
				if (vErrors === null) vErrors = [err12];
				else vErrors.push(err12);
				errors++;
			}
		}
		if (data.error !== void 0) {
			let data7 = data.error;
			if (typeof data7 !== "string" && data7 !== null) {
				const err13 = {
					instancePath: instancePath + "/error",
					schemaPath: "#/properties/error/type",
					keyword: "type",
					params: { type: schema32.properties.error.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err13];
				else vErrors.push(err13);
				errors++;
			}
		}
		if (data.started_at !== void 0) {
			let data8 = data.started_at;
			if (typeof data8 === "string") {
				if (!formats0.validate(data8)) {
					const err14 = {
						instancePath: instancePath + "/started_at",
						schemaPath: "#/properties/started_at/format",
						keyword: "format",
						params: { format: "date-time" },
						message: "must match format \"date-time\""
					};
					if (vErrors === null) vErrors = [err14];
					else vErrors.push(err14);
					errors++;
				}
			} else {
				const err15 = {
					instancePath: instancePath + "/started_at",
					schemaPath: "#/properties/started_at/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err15];
				else vErrors.push(err15);
				errors++;
			}
		}
		if (data.ended_at !== void 0) {
			let data9 = data.ended_at;
			if (typeof data9 !== "string" && data9 !== null) {
				const err16 = {
					instancePath: instancePath + "/ended_at",
					schemaPath: "#/properties/ended_at/type",
					keyword: "type",
					params: { type: schema32.properties.ended_at.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err16];
				else vErrors.push(err16);
				errors++;
			}
			if (typeof data9 === "string") {
				if (!formats0.validate(data9)) {
					const err17 = {
						instancePath: instancePath + "/ended_at",
						schemaPath: "#/properties/ended_at/format",
						keyword: "format",
						params: { format: "date-time" },
						message: "must match format \"date-time\""
					};
					if (vErrors === null) vErrors = [err17];
					else vErrors.push(err17);
					errors++;
				}
			}
		}
		if (data.duration_ms !== void 0) {
			let data10 = data.duration_ms;
			if (!(typeof data10 == "number" && !(data10 % 1) && !isNaN(data10) && isFinite(data10)) && data10 !== null) {
				const err18 = {
					instancePath: instancePath + "/duration_ms",
					schemaPath: "#/properties/duration_ms/type",
					keyword: "type",
					params: { type: schema32.properties.duration_ms.type },
					message: "must be integer,null"
				};
				if (vErrors === null) vErrors = [err18];
				else vErrors.push(err18);
				errors++;
			}
			if (typeof data10 == "number" && isFinite(data10)) {
				if (data10 < 0 || isNaN(data10)) {
					const err19 = {
						instancePath: instancePath + "/duration_ms",
						schemaPath: "#/properties/duration_ms/minimum",
						keyword: "minimum",
						params: {
							comparison: ">=",
							limit: 0
						},
						message: "must be >= 0"
					};
					if (vErrors === null) vErrors = [err19];
					else vErrors.push(err19);
					errors++;
				}
			}
		}
		if (data.tokens_used !== void 0) {
			let data11 = data.tokens_used;
			if (!(typeof data11 == "number" && !(data11 % 1) && !isNaN(data11) && isFinite(data11)) && data11 !== null) {
				const err20 = {
					instancePath: instancePath + "/tokens_used",
					schemaPath: "#/properties/tokens_used/type",
					keyword: "type",
					params: { type: schema32.properties.tokens_used.type },
					message: "must be integer,null"
				};
				if (vErrors === null) vErrors = [err20];
				else vErrors.push(err20);
				errors++;
			}
			if (typeof data11 == "number" && isFinite(data11)) {
				if (data11 < 0 || isNaN(data11)) {
					const err21 = {
						instancePath: instancePath + "/tokens_used",
						schemaPath: "#/properties/tokens_used/minimum",
						keyword: "minimum",
						params: {
							comparison: ">=",
							limit: 0
						},
						message: "must be >= 0"
					};
					if (vErrors === null) vErrors = [err21];
					else vErrors.push(err21);
					errors++;
				}
			}
		}
		if (data.metadata !== void 0) {
			let data12 = data.metadata;
			if (data12 && typeof data12 == "object" && !Array.isArray(data12)) {} else {
				const err22 = {
					instancePath: instancePath + "/metadata",
					schemaPath: "#/properties/metadata/type",
					keyword: "type",
					params: { type: "object" },
					message: "must be object"
				};
				if (vErrors === null) vErrors = [err22];
				else vErrors.push(err22);
				errors++;
			}
		}
	} else {
		const err23 = {
			instancePath,
			schemaPath: "#/type",
			keyword: "type",
			params: { type: "object" },
			message: "must be object"
		};
		if (vErrors === null) vErrors = [err23];
		else vErrors.push(err23);
		errors++;
	}
	validate21.errors = vErrors;
	return errors === 0;
}
validate21.evaluated = {
	"props": {
		"id": true,
		"type": true,
		"tool_name": true,
		"mcp_server": true,
		"input_preview": true,
		"output_preview": true,
		"success": true,
		"error": true,
		"started_at": true,
		"ended_at": true,
		"duration_ms": true,
		"tokens_used": true,
		"metadata": true
	},
	"dynamicProps": false,
	"dynamicItems": false
};
const compiledCost = validate22;
function validate22(data, { instancePath = "", parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}) {
	let vErrors = null;
	let errors = 0;
	const evaluated0 = validate22.evaluated;
	if (evaluated0.dynamicProps) evaluated0.props = void 0;
	if (evaluated0.dynamicItems) evaluated0.items = void 0;
	if (data && typeof data == "object" && !Array.isArray(data)) {
		if (data.input_tokens === void 0) {
			const err0 = {
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: "input_tokens" },
				message: "must have required property 'input_tokens'"
			};
			if (vErrors === null) vErrors = [err0];
			else vErrors.push(err0);
			errors++;
		}
		if (data.output_tokens === void 0) {
			const err1 = {
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: "output_tokens" },
				message: "must have required property 'output_tokens'"
			};
			if (vErrors === null) vErrors = [err1];
			else vErrors.push(err1);
			errors++;
		}
		if (data.input_tokens !== void 0) {
			let data0 = data.input_tokens;
			if (!(typeof data0 == "number" && !(data0 % 1) && !isNaN(data0) && isFinite(data0))) {
				const err2 = {
					instancePath: instancePath + "/input_tokens",
					schemaPath: "#/properties/input_tokens/type",
					keyword: "type",
					params: { type: "integer" },
					message: "must be integer"
				};
				if (vErrors === null) vErrors = [err2];
				else vErrors.push(err2);
				errors++;
			}
			if (typeof data0 == "number" && isFinite(data0)) {
				if (data0 < 0 || isNaN(data0)) {
					const err3 = {
						instancePath: instancePath + "/input_tokens",
						schemaPath: "#/properties/input_tokens/minimum",
						keyword: "minimum",
						params: {
							comparison: ">=",
							limit: 0
						},
						message: "must be >= 0"
					};
					if (vErrors === null) vErrors = [err3];
					else vErrors.push(err3);
					errors++;
				}
			}
		}
		if (data.output_tokens !== void 0) {
			let data1 = data.output_tokens;
			if (!(typeof data1 == "number" && !(data1 % 1) && !isNaN(data1) && isFinite(data1))) {
				const err4 = {
					instancePath: instancePath + "/output_tokens",
					schemaPath: "#/properties/output_tokens/type",
					keyword: "type",
					params: { type: "integer" },
					message: "must be integer"
				};
				if (vErrors === null) vErrors = [err4];
				else vErrors.push(err4);
				errors++;
			}
			if (typeof data1 == "number" && isFinite(data1)) {
				if (data1 < 0 || isNaN(data1)) {
					const err5 = {
						instancePath: instancePath + "/output_tokens",
						schemaPath: "#/properties/output_tokens/minimum",
						keyword: "minimum",
						params: {
							comparison: ">=",
							limit: 0
						},
						message: "must be >= 0"
					};
					if (vErrors === null) vErrors = [err5];
					else vErrors.push(err5);
					errors++;
				}
			}
		}
		if (data.cache_read_tokens !== void 0) {
			let data2 = data.cache_read_tokens;
			if (!(typeof data2 == "number" && !(data2 % 1) && !isNaN(data2) && isFinite(data2)) && data2 !== null) {
				const err6 = {
					instancePath: instancePath + "/cache_read_tokens",
					schemaPath: "#/properties/cache_read_tokens/type",
					keyword: "type",
					params: { type: schema33.properties.cache_read_tokens.type },
					message: "must be integer,null"
				};
				if (vErrors === null) vErrors = [err6];
				else vErrors.push(err6);
				errors++;
			}
			if (typeof data2 == "number" && isFinite(data2)) {
				if (data2 < 0 || isNaN(data2)) {
					const err7 = {
						instancePath: instancePath + "/cache_read_tokens",
						schemaPath: "#/properties/cache_read_tokens/minimum",
						keyword: "minimum",
						params: {
							comparison: ">=",
							limit: 0
						},
						message: "must be >= 0"
					};
					if (vErrors === null) vErrors = [err7];
					else vErrors.push(err7);
					errors++;
				}
			}
		}
		if (data.cache_write_tokens !== void 0) {
			let data3 = data.cache_write_tokens;
			if (!(typeof data3 == "number" && !(data3 % 1) && !isNaN(data3) && isFinite(data3)) && data3 !== null) {
				const err8 = {
					instancePath: instancePath + "/cache_write_tokens",
					schemaPath: "#/properties/cache_write_tokens/type",
					keyword: "type",
					params: { type: schema33.properties.cache_write_tokens.type },
					message: "must be integer,null"
				};
				if (vErrors === null) vErrors = [err8];
				else vErrors.push(err8);
				errors++;
			}
			if (typeof data3 == "number" && isFinite(data3)) {
				if (data3 < 0 || isNaN(data3)) {
					const err9 = {
						instancePath: instancePath + "/cache_write_tokens",
						schemaPath: "#/properties/cache_write_tokens/minimum",
						keyword: "minimum",
						params: {
							comparison: ">=",
							limit: 0
						},
						message: "must be >= 0"
					};
					if (vErrors === null) vErrors = [err9];
					else vErrors.push(err9);
					errors++;
				}
			}
		}
		if (data.total_tokens !== void 0) {
			let data4 = data.total_tokens;
			if (!(typeof data4 == "number" && !(data4 % 1) && !isNaN(data4) && isFinite(data4)) && data4 !== null) {
				const err10 = {
					instancePath: instancePath + "/total_tokens",
					schemaPath: "#/properties/total_tokens/type",
					keyword: "type",
					params: { type: schema33.properties.total_tokens.type },
					message: "must be integer,null"
				};
				if (vErrors === null) vErrors = [err10];
				else vErrors.push(err10);
				errors++;
			}
			if (typeof data4 == "number" && isFinite(data4)) {
				if (data4 < 0 || isNaN(data4)) {
					const err11 = {
						instancePath: instancePath + "/total_tokens",
						schemaPath: "#/properties/total_tokens/minimum",
						keyword: "minimum",
						params: {
							comparison: ">=",
							limit: 0
						},
						message: "must be >= 0"
					};
					if (vErrors === null) vErrors = [err11];
					else vErrors.push(err11);
					errors++;
				}
			}
		}
		if (data.cost_usd !== void 0) {
			let data5 = data.cost_usd;
			if (!(typeof data5 == "number" && isFinite(data5)) && data5 !== null) {
				const err12 = {
					instancePath: instancePath + "/cost_usd",
					schemaPath: "#/properties/cost_usd/type",
					keyword: "type",
					params: { type: schema33.properties.cost_usd.type },
					message: "must be number,null"
				};
				if (vErrors === null) vErrors = [err12];
				else vErrors.push(err12);
				errors++;
			}
			if (typeof data5 == "number" && isFinite(data5)) {
				if (data5 < 0 || isNaN(data5)) {
					const err13 = {
						instancePath: instancePath + "/cost_usd",
						schemaPath: "#/properties/cost_usd/minimum",
						keyword: "minimum",
						params: {
							comparison: ">=",
							limit: 0
						},
						message: "must be >= 0"
					};
					if (vErrors === null) vErrors = [err13];
					else vErrors.push(err13);
					errors++;
				}
			}
		}
		if (data.model !== void 0) {
			let data6 = data.model;
			if (typeof data6 !== "string" && data6 !== null) {
				const err14 = {
					instancePath: instancePath + "/model",
					schemaPath: "#/properties/model/type",
					keyword: "type",
					params: { type: schema33.properties.model.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err14];
				else vErrors.push(err14);
				errors++;
			}
		}
		if (data.metadata !== void 0) {
			let data7 = data.metadata;
			if (data7 && typeof data7 == "object" && !Array.isArray(data7)) {} else {
				const err15 = {
					instancePath: instancePath + "/metadata",
					schemaPath: "#/properties/metadata/type",
					keyword: "type",
					params: { type: "object" },
					message: "must be object"
				};
				if (vErrors === null) vErrors = [err15];
				else vErrors.push(err15);
				errors++;
			}
		}
	} else {
		const err16 = {
			instancePath,
			schemaPath: "#/type",
			keyword: "type",
			params: { type: "object" },
			message: "must be object"
		};
		if (vErrors === null) vErrors = [err16];
		else vErrors.push(err16);
		errors++;
	}
	validate22.errors = vErrors;
	return errors === 0;
}
validate22.evaluated = {
	"props": {
		"input_tokens": true,
		"output_tokens": true,
		"cache_read_tokens": true,
		"cache_write_tokens": true,
		"total_tokens": true,
		"cost_usd": true,
		"model": true,
		"metadata": true
	},
	"dynamicProps": false,
	"dynamicItems": false
};
const compiledProvenance = validate23;
function validate23(data, { instancePath = "", parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}) {
	let vErrors = null;
	let errors = 0;
	const evaluated0 = validate23.evaluated;
	if (evaluated0.dynamicProps) evaluated0.props = void 0;
	if (evaluated0.dynamicItems) evaluated0.items = void 0;
	if (data && typeof data == "object" && !Array.isArray(data)) {
		if (data.run_hash === void 0) {
			const err0 = {
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: "run_hash" },
				message: "must have required property 'run_hash'"
			};
			if (vErrors === null) vErrors = [err0];
			else vErrors.push(err0);
			errors++;
		}
		if (data.run_hash !== void 0) {
			let data0 = data.run_hash;
			if (typeof data0 === "string") {
				if (!pattern4.test(data0)) {
					const err1 = {
						instancePath: instancePath + "/run_hash",
						schemaPath: "#/properties/run_hash/pattern",
						keyword: "pattern",
						params: { pattern: "^[a-f0-9]{64}$" },
						message: "must match pattern \"^[a-f0-9]{64}$\""
					};
					if (vErrors === null) vErrors = [err1];
					else vErrors.push(err1);
					errors++;
				}
			} else {
				const err2 = {
					instancePath: instancePath + "/run_hash",
					schemaPath: "#/properties/run_hash/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err2];
				else vErrors.push(err2);
				errors++;
			}
		}
		if (data.parent_run_hash !== void 0) {
			let data1 = data.parent_run_hash;
			if (typeof data1 !== "string" && data1 !== null) {
				const err3 = {
					instancePath: instancePath + "/parent_run_hash",
					schemaPath: "#/properties/parent_run_hash/type",
					keyword: "type",
					params: { type: schema34.properties.parent_run_hash.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err3];
				else vErrors.push(err3);
				errors++;
			}
			if (typeof data1 === "string") {
				if (!pattern4.test(data1)) {
					const err4 = {
						instancePath: instancePath + "/parent_run_hash",
						schemaPath: "#/properties/parent_run_hash/pattern",
						keyword: "pattern",
						params: { pattern: "^[a-f0-9]{64}$" },
						message: "must match pattern \"^[a-f0-9]{64}$\""
					};
					if (vErrors === null) vErrors = [err4];
					else vErrors.push(err4);
					errors++;
				}
			}
		}
		if (data.lineage !== void 0) {
			let data2 = data.lineage;
			if (Array.isArray(data2)) {
				const len0 = data2.length;
				for (let i0 = 0; i0 < len0; i0++) {
					let data3 = data2[i0];
					if (typeof data3 === "string") {
						if (!pattern4.test(data3)) {
							const err5 = {
								instancePath: instancePath + "/lineage/" + i0,
								schemaPath: "#/properties/lineage/items/pattern",
								keyword: "pattern",
								params: { pattern: "^[a-f0-9]{64}$" },
								message: "must match pattern \"^[a-f0-9]{64}$\""
							};
							if (vErrors === null) vErrors = [err5];
							else vErrors.push(err5);
							errors++;
						}
					} else {
						const err6 = {
							instancePath: instancePath + "/lineage/" + i0,
							schemaPath: "#/properties/lineage/items/type",
							keyword: "type",
							params: { type: "string" },
							message: "must be string"
						};
						if (vErrors === null) vErrors = [err6];
						else vErrors.push(err6);
						errors++;
					}
				}
			} else {
				const err7 = {
					instancePath: instancePath + "/lineage",
					schemaPath: "#/properties/lineage/type",
					keyword: "type",
					params: { type: "array" },
					message: "must be array"
				};
				if (vErrors === null) vErrors = [err7];
				else vErrors.push(err7);
				errors++;
			}
		}
		if (data.model_version !== void 0) {
			if (typeof data.model_version !== "string") {
				const err8 = {
					instancePath: instancePath + "/model_version",
					schemaPath: "#/properties/model_version/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err8];
				else vErrors.push(err8);
				errors++;
			}
		}
		if (data.config_hash !== void 0) {
			let data5 = data.config_hash;
			if (typeof data5 === "string") {
				if (!pattern4.test(data5)) {
					const err9 = {
						instancePath: instancePath + "/config_hash",
						schemaPath: "#/properties/config_hash/pattern",
						keyword: "pattern",
						params: { pattern: "^[a-f0-9]{64}$" },
						message: "must match pattern \"^[a-f0-9]{64}$\""
					};
					if (vErrors === null) vErrors = [err9];
					else vErrors.push(err9);
					errors++;
				}
			} else {
				const err10 = {
					instancePath: instancePath + "/config_hash",
					schemaPath: "#/properties/config_hash/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err10];
				else vErrors.push(err10);
				errors++;
			}
		}
		if (data.runtime !== void 0) {
			if (typeof data.runtime !== "string") {
				const err11 = {
					instancePath: instancePath + "/runtime",
					schemaPath: "#/properties/runtime/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err11];
				else vErrors.push(err11);
				errors++;
			}
		}
		if (data.signed_by !== void 0) {
			let data7 = data.signed_by;
			if (typeof data7 !== "string" && data7 !== null) {
				const err12 = {
					instancePath: instancePath + "/signed_by",
					schemaPath: "#/properties/signed_by/type",
					keyword: "type",
					params: { type: schema34.properties.signed_by.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err12];
				else vErrors.push(err12);
				errors++;
			}
		}
		if (data.signature !== void 0) {
			let data8 = data.signature;
			if (typeof data8 !== "string" && data8 !== null) {
				const err13 = {
					instancePath: instancePath + "/signature",
					schemaPath: "#/properties/signature/type",
					keyword: "type",
					params: { type: schema34.properties.signature.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err13];
				else vErrors.push(err13);
				errors++;
			}
		}
		if (data.created_at !== void 0) {
			let data9 = data.created_at;
			if (typeof data9 === "string") {
				if (!formats0.validate(data9)) {
					const err14 = {
						instancePath: instancePath + "/created_at",
						schemaPath: "#/properties/created_at/format",
						keyword: "format",
						params: { format: "date-time" },
						message: "must match format \"date-time\""
					};
					if (vErrors === null) vErrors = [err14];
					else vErrors.push(err14);
					errors++;
				}
			} else {
				const err15 = {
					instancePath: instancePath + "/created_at",
					schemaPath: "#/properties/created_at/type",
					keyword: "type",
					params: { type: "string" },
					message: "must be string"
				};
				if (vErrors === null) vErrors = [err15];
				else vErrors.push(err15);
				errors++;
			}
		}
		if (data.metadata !== void 0) {
			let data10 = data.metadata;
			if (data10 && typeof data10 == "object" && !Array.isArray(data10)) {} else {
				const err16 = {
					instancePath: instancePath + "/metadata",
					schemaPath: "#/properties/metadata/type",
					keyword: "type",
					params: { type: "object" },
					message: "must be object"
				};
				if (vErrors === null) vErrors = [err16];
				else vErrors.push(err16);
				errors++;
			}
		}
	} else {
		const err17 = {
			instancePath,
			schemaPath: "#/type",
			keyword: "type",
			params: { type: "object" },
			message: "must be object"
		};
		if (vErrors === null) vErrors = [err17];
		else vErrors.push(err17);
		errors++;
	}
	validate23.errors = vErrors;
	return errors === 0;
}
validate23.evaluated = {
	"props": {
		"run_hash": true,
		"parent_run_hash": true,
		"lineage": true,
		"model_version": true,
		"config_hash": true,
		"runtime": true,
		"signed_by": true,
		"signature": true,
		"created_at": true,
		"metadata": true
	},
	"dynamicProps": false,
	"dynamicItems": false
};
const compiledEvalResult = validate24;
function validate24(data, { instancePath = "", parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}) {
	let vErrors = null;
	let errors = 0;
	const evaluated0 = validate24.evaluated;
	if (evaluated0.dynamicProps) evaluated0.props = void 0;
	if (evaluated0.dynamicItems) evaluated0.items = void 0;
	if (data && typeof data == "object" && !Array.isArray(data)) {
		if (data.pass === void 0) {
			const err0 = {
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: "pass" },
				message: "must have required property 'pass'"
			};
			if (vErrors === null) vErrors = [err0];
			else vErrors.push(err0);
			errors++;
		}
		if (data.score === void 0) {
			const err1 = {
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: "score" },
				message: "must have required property 'score'"
			};
			if (vErrors === null) vErrors = [err1];
			else vErrors.push(err1);
			errors++;
		}
		if (data.task_type !== void 0) {
			let data0 = data.task_type;
			if (typeof data0 !== "string" && data0 !== null) {
				const err2 = {
					instancePath: instancePath + "/task_type",
					schemaPath: "#/properties/task_type/type",
					keyword: "type",
					params: { type: schema35.properties.task_type.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err2];
				else vErrors.push(err2);
				errors++;
			}
		}
		if (data.eval_layer !== void 0) {
			let data1 = data.eval_layer;
			if (typeof data1 !== "string" && data1 !== null) {
				const err3 = {
					instancePath: instancePath + "/eval_layer",
					schemaPath: "#/properties/eval_layer/type",
					keyword: "type",
					params: { type: schema35.properties.eval_layer.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err3];
				else vErrors.push(err3);
				errors++;
			}
		}
		if (data.pass !== void 0) {
			if (typeof data.pass !== "boolean") {
				const err4 = {
					instancePath: instancePath + "/pass",
					schemaPath: "#/properties/pass/type",
					keyword: "type",
					params: { type: "boolean" },
					message: "must be boolean"
				};
				if (vErrors === null) vErrors = [err4];
				else vErrors.push(err4);
				errors++;
			}
		}
		if (data.score !== void 0) {
			let data3 = data.score;
			if (typeof data3 == "number" && isFinite(data3)) {
				if (data3 > 100 || isNaN(data3)) {
					const err5 = {
						instancePath: instancePath + "/score",
						schemaPath: "#/properties/score/maximum",
						keyword: "maximum",
						params: {
							comparison: "<=",
							limit: 100
						},
						message: "must be <= 100"
					};
					if (vErrors === null) vErrors = [err5];
					else vErrors.push(err5);
					errors++;
				}
				if (data3 < 0 || isNaN(data3)) {
					const err6 = {
						instancePath: instancePath + "/score",
						schemaPath: "#/properties/score/minimum",
						keyword: "minimum",
						params: {
							comparison: ">=",
							limit: 0
						},
						message: "must be >= 0"
					};
					if (vErrors === null) vErrors = [err6];
					else vErrors.push(err6);
					errors++;
				}
			} else {
				const err7 = {
					instancePath: instancePath + "/score",
					schemaPath: "#/properties/score/type",
					keyword: "type",
					params: { type: "number" },
					message: "must be number"
				};
				if (vErrors === null) vErrors = [err7];
				else vErrors.push(err7);
				errors++;
			}
		}
		if (data.expected_outcome !== void 0) {
			let data4 = data.expected_outcome;
			if (typeof data4 !== "string" && data4 !== null) {
				const err8 = {
					instancePath: instancePath + "/expected_outcome",
					schemaPath: "#/properties/expected_outcome/type",
					keyword: "type",
					params: { type: schema35.properties.expected_outcome.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err8];
				else vErrors.push(err8);
				errors++;
			}
		}
		if (data.actual_outcome !== void 0) {
			let data5 = data.actual_outcome;
			if (typeof data5 !== "string" && data5 !== null) {
				const err9 = {
					instancePath: instancePath + "/actual_outcome",
					schemaPath: "#/properties/actual_outcome/type",
					keyword: "type",
					params: { type: schema35.properties.actual_outcome.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err9];
				else vErrors.push(err9);
				errors++;
			}
		}
		if (data.metrics !== void 0) {
			let data6 = data.metrics;
			if (data6 && typeof data6 == "object" && !Array.isArray(data6)) {
				if (data6.cost_usd !== void 0) {
					let data7 = data6.cost_usd;
					if (typeof data7 == "number" && isFinite(data7)) {
						if (data7 < 0 || isNaN(data7)) {
							const err10 = {
								instancePath: instancePath + "/metrics/cost_usd",
								schemaPath: "#/properties/metrics/properties/cost_usd/minimum",
								keyword: "minimum",
								params: {
									comparison: ">=",
									limit: 0
								},
								message: "must be >= 0"
							};
							if (vErrors === null) vErrors = [err10];
							else vErrors.push(err10);
							errors++;
						}
					} else {
						const err11 = {
							instancePath: instancePath + "/metrics/cost_usd",
							schemaPath: "#/properties/metrics/properties/cost_usd/type",
							keyword: "type",
							params: { type: "number" },
							message: "must be number"
						};
						if (vErrors === null) vErrors = [err11];
						else vErrors.push(err11);
						errors++;
					}
				}
				if (data6.duration_s !== void 0) {
					let data8 = data6.duration_s;
					if (typeof data8 == "number" && isFinite(data8)) {
						if (data8 < 0 || isNaN(data8)) {
							const err12 = {
								instancePath: instancePath + "/metrics/duration_s",
								schemaPath: "#/properties/metrics/properties/duration_s/minimum",
								keyword: "minimum",
								params: {
									comparison: ">=",
									limit: 0
								},
								message: "must be >= 0"
							};
							if (vErrors === null) vErrors = [err12];
							else vErrors.push(err12);
							errors++;
						}
					} else {
						const err13 = {
							instancePath: instancePath + "/metrics/duration_s",
							schemaPath: "#/properties/metrics/properties/duration_s/type",
							keyword: "type",
							params: { type: "number" },
							message: "must be number"
						};
						if (vErrors === null) vErrors = [err13];
						else vErrors.push(err13);
						errors++;
					}
				}
				if (data6.tool_calls !== void 0) {
					let data9 = data6.tool_calls;
					if (!(typeof data9 == "number" && !(data9 % 1) && !isNaN(data9) && isFinite(data9))) {
						const err14 = {
							instancePath: instancePath + "/metrics/tool_calls",
							schemaPath: "#/properties/metrics/properties/tool_calls/type",
							keyword: "type",
							params: { type: "integer" },
							message: "must be integer"
						};
						if (vErrors === null) vErrors = [err14];
						else vErrors.push(err14);
						errors++;
					}
					if (typeof data9 == "number" && isFinite(data9)) {
						if (data9 < 0 || isNaN(data9)) {
							const err15 = {
								instancePath: instancePath + "/metrics/tool_calls",
								schemaPath: "#/properties/metrics/properties/tool_calls/minimum",
								keyword: "minimum",
								params: {
									comparison: ">=",
									limit: 0
								},
								message: "must be >= 0"
							};
							if (vErrors === null) vErrors = [err15];
							else vErrors.push(err15);
							errors++;
						}
					}
				}
				if (data6.retries !== void 0) {
					let data10 = data6.retries;
					if (!(typeof data10 == "number" && !(data10 % 1) && !isNaN(data10) && isFinite(data10))) {
						const err16 = {
							instancePath: instancePath + "/metrics/retries",
							schemaPath: "#/properties/metrics/properties/retries/type",
							keyword: "type",
							params: { type: "integer" },
							message: "must be integer"
						};
						if (vErrors === null) vErrors = [err16];
						else vErrors.push(err16);
						errors++;
					}
					if (typeof data10 == "number" && isFinite(data10)) {
						if (data10 < 0 || isNaN(data10)) {
							const err17 = {
								instancePath: instancePath + "/metrics/retries",
								schemaPath: "#/properties/metrics/properties/retries/minimum",
								keyword: "minimum",
								params: {
									comparison: ">=",
									limit: 0
								},
								message: "must be >= 0"
							};
							if (vErrors === null) vErrors = [err17];
							else vErrors.push(err17);
							errors++;
						}
					}
				}
				if (data6.convergence_score !== void 0) {
					let data11 = data6.convergence_score;
					if (!(typeof data11 == "number" && isFinite(data11)) && data11 !== null) {
						const err18 = {
							instancePath: instancePath + "/metrics/convergence_score",
							schemaPath: "#/properties/metrics/properties/convergence_score/type",
							keyword: "type",
							params: { type: schema35.properties.metrics.properties.convergence_score.type },
							message: "must be number,null"
						};
						if (vErrors === null) vErrors = [err18];
						else vErrors.push(err18);
						errors++;
					}
					if (typeof data11 == "number" && isFinite(data11)) {
						if (data11 > 1 || isNaN(data11)) {
							const err19 = {
								instancePath: instancePath + "/metrics/convergence_score",
								schemaPath: "#/properties/metrics/properties/convergence_score/maximum",
								keyword: "maximum",
								params: {
									comparison: "<=",
									limit: 1
								},
								message: "must be <= 1"
							};
							if (vErrors === null) vErrors = [err19];
							else vErrors.push(err19);
							errors++;
						}
						if (data11 < 0 || isNaN(data11)) {
							const err20 = {
								instancePath: instancePath + "/metrics/convergence_score",
								schemaPath: "#/properties/metrics/properties/convergence_score/minimum",
								keyword: "minimum",
								params: {
									comparison: ">=",
									limit: 0
								},
								message: "must be >= 0"
							};
							if (vErrors === null) vErrors = [err20];
							else vErrors.push(err20);
							errors++;
						}
					}
				}
				if (data6.total_steps !== void 0) {
					let data12 = data6.total_steps;
					if (!(typeof data12 == "number" && !(data12 % 1) && !isNaN(data12) && isFinite(data12)) && data12 !== null) {
						const err21 = {
							instancePath: instancePath + "/metrics/total_steps",
							schemaPath: "#/properties/metrics/properties/total_steps/type",
							keyword: "type",
							params: { type: schema35.properties.metrics.properties.total_steps.type },
							message: "must be integer,null"
						};
						if (vErrors === null) vErrors = [err21];
						else vErrors.push(err21);
						errors++;
					}
					if (typeof data12 == "number" && isFinite(data12)) {
						if (data12 < 0 || isNaN(data12)) {
							const err22 = {
								instancePath: instancePath + "/metrics/total_steps",
								schemaPath: "#/properties/metrics/properties/total_steps/minimum",
								keyword: "minimum",
								params: {
									comparison: ">=",
									limit: 0
								},
								message: "must be >= 0"
							};
							if (vErrors === null) vErrors = [err22];
							else vErrors.push(err22);
							errors++;
						}
					}
				}
				if (data6.optimal_steps !== void 0) {
					let data13 = data6.optimal_steps;
					if (!(typeof data13 == "number" && !(data13 % 1) && !isNaN(data13) && isFinite(data13)) && data13 !== null) {
						const err23 = {
							instancePath: instancePath + "/metrics/optimal_steps",
							schemaPath: "#/properties/metrics/properties/optimal_steps/type",
							keyword: "type",
							params: { type: schema35.properties.metrics.properties.optimal_steps.type },
							message: "must be integer,null"
						};
						if (vErrors === null) vErrors = [err23];
						else vErrors.push(err23);
						errors++;
					}
					if (typeof data13 == "number" && isFinite(data13)) {
						if (data13 < 0 || isNaN(data13)) {
							const err24 = {
								instancePath: instancePath + "/metrics/optimal_steps",
								schemaPath: "#/properties/metrics/properties/optimal_steps/minimum",
								keyword: "minimum",
								params: {
									comparison: ">=",
									limit: 0
								},
								message: "must be >= 0"
							};
							if (vErrors === null) vErrors = [err24];
							else vErrors.push(err24);
							errors++;
						}
					}
				}
			} else {
				const err25 = {
					instancePath: instancePath + "/metrics",
					schemaPath: "#/properties/metrics/type",
					keyword: "type",
					params: { type: "object" },
					message: "must be object"
				};
				if (vErrors === null) vErrors = [err25];
				else vErrors.push(err25);
				errors++;
			}
		}
		if (data.regression_from !== void 0) {
			let data14 = data.regression_from;
			if (typeof data14 !== "string" && data14 !== null) {
				const err26 = {
					instancePath: instancePath + "/regression_from",
					schemaPath: "#/properties/regression_from/type",
					keyword: "type",
					params: { type: schema35.properties.regression_from.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err26];
				else vErrors.push(err26);
				errors++;
			}
		}
		if (data.detail !== void 0) {
			let data15 = data.detail;
			if (typeof data15 !== "string" && data15 !== null) {
				const err27 = {
					instancePath: instancePath + "/detail",
					schemaPath: "#/properties/detail/type",
					keyword: "type",
					params: { type: schema35.properties.detail.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err27];
				else vErrors.push(err27);
				errors++;
			}
		}
		if (data.benchmark_id !== void 0) {
			let data16 = data.benchmark_id;
			if (typeof data16 !== "string" && data16 !== null) {
				const err28 = {
					instancePath: instancePath + "/benchmark_id",
					schemaPath: "#/properties/benchmark_id/type",
					keyword: "type",
					params: { type: schema35.properties.benchmark_id.type },
					message: "must be string,null"
				};
				if (vErrors === null) vErrors = [err28];
				else vErrors.push(err28);
				errors++;
			}
		}
		if (data.metadata !== void 0) {
			let data17 = data.metadata;
			if (data17 && typeof data17 == "object" && !Array.isArray(data17)) {} else {
				const err29 = {
					instancePath: instancePath + "/metadata",
					schemaPath: "#/properties/metadata/type",
					keyword: "type",
					params: { type: "object" },
					message: "must be object"
				};
				if (vErrors === null) vErrors = [err29];
				else vErrors.push(err29);
				errors++;
			}
		}
	} else {
		const err30 = {
			instancePath,
			schemaPath: "#/type",
			keyword: "type",
			params: { type: "object" },
			message: "must be object"
		};
		if (vErrors === null) vErrors = [err30];
		else vErrors.push(err30);
		errors++;
	}
	validate24.errors = vErrors;
	return errors === 0;
}
validate24.evaluated = {
	"props": {
		"task_type": true,
		"eval_layer": true,
		"pass": true,
		"score": true,
		"expected_outcome": true,
		"actual_outcome": true,
		"metrics": true,
		"regression_from": true,
		"detail": true,
		"benchmark_id": true,
		"metadata": true
	},
	"dynamicProps": false,
	"dynamicItems": false
};

export const validateAgentRun: Validator = compiledAgentRun as unknown as Validator
export const validateStep: Validator = compiledStep as unknown as Validator
export const validateCost: Validator = compiledCost as unknown as Validator
export const validateProvenance: Validator = compiledProvenance as unknown as Validator
export const validateEvalResult: Validator = compiledEvalResult as unknown as Validator
