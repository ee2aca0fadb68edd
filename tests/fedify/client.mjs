// A client made with megalodon, as the apps are that speak Pleroma's dialect.
// usage: client.mjs URL TOKEN [DIALECT]. Each line of stdin is a JSON array of a method and its arguments; each line of stdout what came of it,
// {"data": …} or {"status": …, "error": …}. An argument {"$file": path} is a file. Three methods are not the library's:
//
//   $token TOKEN                   goes on with that token
//   $listen NAME METHOD ARGUMENT...   opens a stream by one of its methods; what is heard is kept under NAME
//   $heard NAME                    the next event kept there, when there is one: [event, payload]

import { createReadStream } from "node:fs";
import readline from "node:readline";
import generator from "megalodon";

const EVENTS = ["update", "status_update", "delete", "notification", "conversation"];
const [url, firstToken, dialect] = process.argv.slice(2);
const begin = (token) => generator(dialect ?? "pleroma", url, token || null);
const kept = new Map();
let client = begin(firstToken);

const own = {
	$token(token) {
		client = begin(token);
	},
	async $listen(name, method, ...args) {
		const [stream, events] = [await client[method](...args), { list: [], wake() {} }];
		kept.set(name, events);
		for (const event of EVENTS) stream.on(event, (payload) => (events.list.push([event, payload]), events.wake()));
		await new Promise((open, fail) => stream.on("connect", open).on("error", fail));
	},
	async $heard(name) {
		const events = kept.get(name);
		while (!events.list.length) await new Promise((wake) => (events.wake = wake));
		return events.list.shift();
	},
};

const unpack = (value) => (value?.$file ? createReadStream(value.$file) : value);

for await (const line of readline.createInterface({ input: process.stdin })) {
	const [method, ...args] = JSON.parse(line);
	let answer;
	try {
		const made = own[method] ? { data: (await own[method](...args)) ?? null } : await client[method](...args.map(unpack));
		answer = { data: "data" in made ? made.data : made };
	} catch (error) {
		answer = { status: error.response?.status, error: error.response?.data?.error ?? String(error) };
	}
	console.log(JSON.stringify(answer));
}
process.exit(0);
