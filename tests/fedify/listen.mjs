// What a client library hears on its WebSocket: one JSON line [stream, event, what] each, after the line "ready".
// usage: listen.mjs masto|megalodon BASE-URL STREAMING-URL TOKEN

import { createStreamingAPIClient } from "masto";
import generator from "megalodon";

const [library, url, streamingUrl, token] = process.argv.slice(2);

const say = (...words) => process.stdout.write(JSON.stringify(words) + "\n");
const short = (payload) => payload?.id ?? payload;

async function masto() {
	const client = createStreamingAPIClient({ streamingApiUrl: streamingUrl, accessToken: token });
	const follow = async (name, events) => {
		for await (const { event, payload } of events) say(name, event, short(payload));
	};

	follow("user", client.user.subscribe());
	follow("hashtag", client.hashtag.subscribe({ tag: "tea" }));
	follow("public:local", client.public.local.subscribe());
}

async function megalodon() {
	const client = generator("mastodon", url, token);
	const follow = (name, stream) => {
		for (const event of ["update", "status_update", "delete", "notification", "conversation"])
			stream.on(event, (payload) => say(name, event, short(payload)));
		stream.on("error", (error) => say(name, "error", String(error)));
		return new Promise((resolve) => stream.on("connect", resolve));
	};

	await follow("user", await client.userStreaming());
	await follow("hashtag", await client.tagStreaming("tea"));
	await follow("public:local", await client.localStreaming());
}

await { masto, megalodon }[library]();
say("ready");
