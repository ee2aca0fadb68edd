// A client made with masto.js, as Phanpy and Elk are. Each line of stdin is a JSON array of an order and its arguments;
// each line of stdout what came of it, {"data": …} or {"status": …, "error": …}. A path is a list of masto's names; {"$": id} in
// it selects one. {"$file": path, "name": name} among the arguments is a file.
// usage: masto.mjs URL STREAMING-URL [TOKEN]
//
//   rest PATH ARGUMENT...          a method of the REST client; a list gives its first page
//   pages COUNT PATH ARGUMENT...   that many pages of a list, by its Link headers
//   oauth PATH ARGUMENT...         a method of the OAuth client
//   token TOKEN                    goes on with that token
//   listen NAME PATH ARGUMENT...   subscribes on the one WebSocket; what is heard is kept under NAME
//   lines NAME URL EVENT...        the same by an EventSource; the payload is text
//   heard NAME                     the next event kept there, when there is one: [event, payload]
//   waiting NAME                   how many are kept there
//   leave NAME                     unsubscribes

import { openAsBlob } from "node:fs";
import readline from "node:readline";
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";
import { EventSource } from "undici";

const [url, streamingApiUrl, firstToken] = process.argv.slice(2);
const streams = new Map();
let rest, oauth, streaming, connect;

function begin(accessToken) {
	rest = createRestAPIClient({ url, accessToken });
	oauth = createOAuthAPIClient({ url, accessToken });
	streaming?.close();
	streaming = undefined;
	connect = () => createStreamingAPIClient({ streamingApiUrl, accessToken }); // which opens its socket at once
}

const walk = (client, path) => path.reduce((at, step) => (typeof step === "string" ? at[step] : at.$select(step.$)), client);

async function unpack(value) {
	if (value?.$file) return new File([await openAsBlob(value.$file)], value.name);
	if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
	return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([k, v]) => [k, await unpack(v)])));
}

const call = async (client, path, args) => walk(client, path)(...(await Promise.all(args.map(unpack))));

class Kept {
	#events = [];
	#wake = () => {};

	constructor(leave) {
		this.leave = leave;
	}

	push(...event) {
		this.#events.push(event);
		this.#wake();
	}

	async next() {
		while (!this.#events.length) await new Promise((wake) => (this.#wake = wake));
		return this.#events.shift();
	}

	get length() {
		return this.#events.length;
	}
}

const orders = {
	rest: async (path, ...args) => (await call(rest, path, args)) ?? null,
	oauth: async (path, ...args) => (await call(oauth, path, args)) ?? null,
	async pages(count, path, ...args) {
		const pages = [];
		for await (const page of walk(rest, path)(...args)) if (pages.push(page) === count) break;
		return pages;
	},
	token: begin,
	async listen(name, path, ...args) {
		streaming ??= connect();
		await streaming.prepare();
		const subscription = walk(streaming, path)(...args);
		const kept = new Kept(() => subscription.unsubscribe());
		streams.set(name, kept);
		(async () => {
			for await (const { event, payload } of subscription) kept.push(event, payload ?? null);
		})();
	},
	lines(name, address, ...events) {
		const source = new EventSource(address);
		const kept = new Kept(() => source.close());
		streams.set(name, kept);
		for (const event of events) source.addEventListener(event, ({ data }) => kept.push(event, data));
		return new Promise((open, fail) => {
			source.onopen = () => open();
			source.onerror = ({ message }) => fail(new Error(message ?? "the stream ended"));
		});
	},
	heard: (name) => streams.get(name).next(),
	waiting: (name) => streams.get(name).length,
	leave: (name) => streams.get(name).leave(),
};

begin(firstToken);
for await (const line of readline.createInterface({ input: process.stdin })) {
	const [order, ...args] = JSON.parse(line);
	let answer;
	try {
		answer = { data: (await orders[order](...args)) ?? null };
	} catch (error) {
		answer = { status: error.statusCode, error: error.message, description: error.description };
	}
	console.log(JSON.stringify(answer));
}
process.exit(0);
