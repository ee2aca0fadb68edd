// A client made with megalodon, as the apps are that speak Pleroma's dialect.
// usage: client.mjs URL TOKEN [DIALECT]. Each line of stdin is a JSON array of a method and its arguments; each line of stdout what came of it,
// {"data": …} or {"status": …, "error": …}.

import readline from "node:readline";
import generator from "megalodon";

const [url, token, dialect] = process.argv.slice(2);
const client = generator(dialect ?? "pleroma", url, token);

for await (const line of readline.createInterface({ input: process.stdin })) {
	const [method, ...args] = JSON.parse(line);
	let answer;
	try {
		answer = { data: (await client[method](...args)).data };
	} catch (error) {
		answer = { status: error.response?.status, error: error.response?.data?.error ?? String(error) };
	}
	console.log(JSON.stringify(answer));
}
