// A sibling made with Fedify: another project's reading of ActivityPub, with its defaults (signatures by RFC 9421 first).
// usage: peer.mjs PORT [FIRST_KNOCK]. Serves one person, @fay, on 127.0.0.1:PORT; tests steer it by POST /test/COMMAND with JSON and
// read what it received at GET /test/received.

import http from "node:http";
import { Temporal } from "@js-temporal/polyfill";
import {
	createFederation, generateCryptoKeyPair, InProcessMessageQueue, MemoryKvStore,
} from "@fedify/fedify";
import { signRequest } from "@fedify/fedify/sig";
import {
	Accept, Activity, Add, Announce, Application, Block, Collection, Create, Delete, EmojiReact, Endpoints, Flag, Follow, Hashtag,
	Image, InteractionPolicy, InteractionRule, Like, Mention, Move, Note, Person, PUBLIC_COLLECTION, PropertyValue, Question,
	QuoteAuthorization, QuoteRequest, Reject, Remove, Tombstone, Undo, Update,
} from "@fedify/vocab";
import { activityPubTestCases } from "activitypub-testing/test-cases";

const port = Number(process.argv[2]);
const origin = `http://127.0.0.1:${port}`;
const keys = new Map(), notes = new Map(), polls = new Map(), stamps = new Map(), pins = new Set(), followers = new Map(), sent = new Map(), received = [];
const me = { name: "Fay", locked: false };
let count = 0;

// Fedify asks WebFinger of an acct: by https only; on loopback the nodes speak http.
const overNetwork = globalThis.fetch;
globalThis.fetch = (url, options) =>
	overNetwork(url instanceof URL ? new URL(url.href.replace(/^https:\/\/127\.0\.0\.1:/, "http://127.0.0.1:")) : url, options);

const federation = createFederation({
	kv: new MemoryKvStore(),
	queue: new InProcessMessageQueue({ pollInterval: { milliseconds: 50 } }),
	origin,
	allowPrivateAddress: true,
	firstKnock: process.argv[3] ?? "rfc9421",
});

async function actorOf(context, identifier) {
	const pairs = await context.getActorKeyPairs(identifier);
	const common = {
		id: context.getActorUri(identifier),
		preferredUsername: identifier,
		inbox: context.getInboxUri(identifier),
		outbox: context.getOutboxUri(identifier),
		endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
		publicKey: pairs[0].cryptographicKey,
		assertionMethods: pairs.map(pair => pair.multikey),
	};
	if (identifier === "instance") return new Application(common);
	return new Person({
		...common,
		name: me.name,
		summary: "<p>Made with <strong>Fedify</strong></p>",
		url: new URL(`${origin}/@fay`),
		manuallyApprovesFollowers: me.locked,
		aliases: me.aliases?.map(alias => new URL(alias)),
		successor: me.successor && new URL(me.successor),
		followers: context.getFollowersUri(identifier),
		following: context.getFollowingUri(identifier),
		featured: context.getFeaturedUri(identifier),
		attachments: [new PropertyValue({ name: "Dept", value: "R&amp;D" })],
		icon: new Image({ url: new URL(`${origin}/fay.png`), mediaType: "image/png" }),
	});
}

federation.setActorDispatcher("/users/{identifier}", async (context, identifier) =>
	identifier === "fay" || identifier === "instance" ? await actorOf(context, identifier) : null,
).setKeyPairsDispatcher(async (_, identifier) => {
	// The promise is kept, not the pairs: several ask at once.
	if (!keys.has(identifier))
		keys.set(identifier, Promise.all(["RSASSA-PKCS1-v1_5", "Ed25519"].map(generateCryptoKeyPair)));
	return await keys.get(identifier);
});

// Keys and parents are fetched in the name of the instance, not of a person.
const inbox = federation.setInboxListeners("/users/{identifier}/inbox", "/inbox");
inbox.setSharedKeyDispatcher(() => ({ identifier: "instance" }));
inbox.on(Activity, async (context, activity) => {
	received.push(await activity.toJsonLd({ format: "compact", contextLoader: context.contextLoader }));
	if (activity instanceof Follow && !me.locked) {
		const follower = await activity.getActor(context);
		followers.set(follower.id.href, { id: follower.id, inboxId: follower.inboxId, endpoints: follower.endpoints });
		await send(follower, new Accept({ id: newId(), actor: context.getActorUri("fay"), object: activity }));
	} else if (activity instanceof Undo && (await activity.getObject(context)) instanceof Follow) {
		followers.delete(activity.actorId.href);
	}
});
federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [] }));
federation.setFollowingDispatcher("/users/{identifier}/following", () => ({ items: [] }));
federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({ items: [...followers.values()] }));
federation.setFeaturedDispatcher("/users/{identifier}/featured", () => ({ items: [...pins].map(number => notes.get(number)) }));
federation.setObjectDispatcher(Question, "/polls/{number}", (_, { number }) => polls.get(number) ?? null);
federation.setObjectDispatcher(QuoteAuthorization, "/stamps/{number}", (_, { number }) => stamps.get(number) ?? null);
federation.setObjectDispatcher(Collection, "/answers/{number}", (context, { number }) => new Collection({
	id: context.getObjectUri(Collection, { number }),
	items: [...notes.values()].filter(made => made.replyTargetId?.href === notes.get(number)?.id.href).map(made => made.id),
}));
federation.setObjectDispatcher(Note, "/notes/{number}", (_, { number }) => notes.get(number) ?? null);
federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
	software: { name: "fedify-test", version: "1.0.0" },
	protocols: ["activitypub"],
	usage: { users: { total: 1 }, localPosts: notes.size, localComments: 0 },
}));

const context = federation.createContext(new URL(origin), undefined);
const actor = () => context.getActorUri("fay");
const newId = () => new URL(`${origin}/activities/${++count}`);

async function send(to, activity) {
	sent.set(activity.id.href, activity);
	await context.sendActivity({ identifier: "fay" }, to, activity, { preferSharedInbox: true });
	return { id: activity.id.href, object: activity.objectId?.href };
}

/** An object of another node, fetched in fay's name. */
async function fetched(id) {
	const loader = await context.getDocumentLoader({ identifier: "fay" });
	return await context.lookupObject(id, { documentLoader: loader });
}

async function recipients(ids) {
	return [...followers.values(), ...await Promise.all(ids.map(fetched))];
}

function note({ number, text, mention, to, reply, summary, tag, updated, quote, stamp, answers }) {
	const made = new Note({
		id: context.getObjectUri(Note, { number }),
		attribution: actor(),
		content: text,
		summary,
		replyTarget: reply && new URL(reply),
		replies: answers && context.getObjectUri(Collection, { number }),
		quote: quote && new URL(quote),
		quoteUrl: quote && new URL(quote),
		quoteAuthorization: stamp && new URL(stamp),
		interactionPolicy: new InteractionPolicy({ canQuote: new InteractionRule({ automaticApproval: PUBLIC_COLLECTION }) }),
		tos: to === "direct" ? [new URL(mention.id)] : to === "followers" ? [context.getFollowersUri("fay")]
			: [PUBLIC_COLLECTION],
		ccs: [...to === "direct" ? [] : [context.getFollowersUri("fay")], ...mention && to !== "direct" ? [new URL(mention.id)]
			: []],
		tags: [...mention ? [new Mention({ href: new URL(mention.id), name: mention.name })] : [],
			...tag ? [new Hashtag({ href: new URL(`${origin}/tags/${tag}`), name: `#${tag}` })] : []],
		published: notes.get(number)?.published ?? Temporal.Now.instant(),
		updated: updated ? Temporal.Now.instant() : undefined,
	});
	notes.set(number, made);
	return made;
}

function poll({ number, text, options, multiple, counts, voters }) {
	const choices = options.map((name, i) => new Note({ name, replies: new Collection({ totalItems: counts?.[i] ?? 0 }) }));
	const made = new Question({
		id: context.getObjectUri(Question, { number }),
		attribution: actor(),
		content: text,
		to: PUBLIC_COLLECTION,
		cc: context.getFollowersUri("fay"),
		published: polls.get(number)?.published ?? Temporal.Now.instant(),
		endTime: polls.get(number)?.endTime ?? Temporal.Now.instant().add({ hours: 1 }),
		voters,
		...multiple ? { inclusiveOptions: choices } : { exclusiveOptions: choices },
	});
	polls.set(number, made);
	return made;
}

const addressed = made => ({ tos: made.toIds, ccs: made.ccIds });

const commands = {
	async follow({ id }) {
		const object = await fetched(id);
		return await send(object, new Follow({ id: newId(), actor: actor(), object: object.id }));
	},
	async undo({ activity, to }) {
		return await send(await recipients(to), new Undo({ id: newId(), actor: actor(), object: sent.get(activity) }));
	},
	async accept({ activity, to }) {
		const follower = await fetched(to);
		followers.set(to, follower);
		return await send(follower, new Accept({ id: newId(), actor: actor(), object: new URL(activity) }));
	},
	async create({ also = [], ...options }) {
		const made = note(options);
		const to = options.to === "direct" ? await Promise.all([options.mention.id].map(fetched))
			: await recipients(options.mention ? [options.mention.id, ...also] : also);
		return await send(to, new Create({ id: newId(), actor: actor(), object: made, ...addressed(made) }));
	},
	keep(options) {
		return note(options).id.href;
	},
	async update(options) {
		const made = note({ ...options, updated: true });
		return await send([...followers.values()], new Update({ id: newId(), actor: actor(), object: made, ...addressed(made) }));
	},
	async profile(changes) {
		Object.assign(me, changes);
		return await send([...followers.values()], new Update({ id: newId(), actor: actor(),
			object: await actorOf(context, "fay"), to: PUBLIC_COLLECTION }));
	},
	async move({ target }) {
		return await send([...followers.values()], new Move({ id: newId(), actor: actor(), object: actor(), target: new URL(target),
			to: context.getFollowersUri("fay") }));
	},
	async delete({ number }) {
		const gone = notes.get(number);
		notes.delete(number);
		return await send([...followers.values()], new Delete({ id: newId(), actor: actor(),
			object: new Tombstone({ id: gone.id }), ...addressed(gone) }));
	},
	async like({ id }) {
		const object = await fetched(id);
		return await send(await object.getAttribution(await signed()), new Like({ id: newId(), actor: actor(), object: object.id }));
	},
	async announce({ id }) {
		const object = await fetched(id);
		const author = await object.getAttribution(await signed());
		return await send([author, ...followers.values()], new Announce({ id: newId(), actor: actor(), object: object.id,
			to: PUBLIC_COLLECTION, ccs: [context.getFollowersUri("fay"), author.id], published: Temporal.Now.instant() }));
	},
	async react({ id, emoji }) {
		const object = await fetched(id);
		return await send(await object.getAttribution(await signed()), new EmojiReact({ id: newId(), actor: actor(),
			object: object.id, content: emoji }));
	},
	async block({ id }) {
		const object = await fetched(id);
		return await send(object, new Block({ id: newId(), actor: actor(), object: object.id }));
	},
	async flag({ ids, text }) {
		return await send(await fetched(ids[0]), new Flag({ id: newId(), actor: actor(), objects: ids.map(id => new URL(id)),
			content: text }));
	},
	async pin({ number, off }) {
		pins[off ? "delete" : "add"](number);
		return await send([...followers.values()], new (off ? Remove : Add)({ id: newId(), actor: actor(),
			object: notes.get(number).id, target: context.getFeaturedUri("fay"), to: PUBLIC_COLLECTION }));
	},
	async ask(options) {
		const made = poll(options);
		return await send([...followers.values()], new Create({ id: newId(), actor: actor(), object: made, ...addressed(made) }));
	},
	async count(options) {
		const made = poll(options);
		return await send([...followers.values()], new Update({ id: newId(), actor: actor(), object: made, ...addressed(made) }));
	},
	async vote({ id, name }) {
		const question = await fetched(id);
		const author = await question.getAttribution(await signed());
		const vote = new Note({ id: newId(), attribution: actor(), name, replyTarget: question.id, to: author.id });
		return await send(author, new Create({ id: newId(), actor: actor(), object: vote, to: author.id }));
	},
	async ask_to_quote({ id, number }) {
		const author = await (await fetched(id)).getAttribution(await signed());
		return await send(author, new QuoteRequest({ id: newId(), actor: actor(), object: new URL(id), instrument: notes.get(number) }));
	},
	/** Lets somebody quote, or not: the answer to a request that came in. */
	async answer_quote({ request, number }) {
		const asker = await fetched(request.actor);
		if (!number)
			return await send(asker, new Reject({ id: newId(), actor: actor(), object: new URL(request.id) }));
		const stamp = new QuoteAuthorization({
			id: context.getObjectUri(QuoteAuthorization, { number }), attribution: actor(),
			interactingObject: new URL(request.instrument.id ?? request.instrument), interactionTarget: new URL(request.object),
		});
		stamps.set(number, stamp);
		return await send(asker, new Accept({ id: newId(), actor: actor(), object: new URL(request.id), result: stamp.id }));
	},
	async revoke_quote({ number, to }) {
		const { id } = stamps.get(number);
		stamps.delete(number);
		return await send(await fetched(to), new Delete({ id: newId(), actor: actor(), object: id, to: PUBLIC_COLLECTION }));
	},
	async lookup({ id }) {
		const object = await fetched(id);
		return object && await object.toJsonLd({ contextLoader: context.contextLoader });
	},
	async walk({ id }) {
		const items = [];
		for await (const item of context.traverseCollection(await fetched(id), await signed()))
			items.push({ id: item.id?.href, object: item.objectId?.href });
		return items;
	},
	async webfinger({ id }) {
		return await context.lookupWebFinger(id);
	},
	/** What activitypub-testing says of `input`: the outcome of each of its rules that are named. */
	async rules({ names, input }) {
		const unsigned = globalThis.fetch, [{ privateKey }] = await keys.get("fay");
		const keyId = new URL(`${actor()}#main-key`);
		globalThis.fetch = async (url, options) =>
			await unsigned(await signRequest(new Request(url, options), privateKey, keyId, { spec: "draft-cavage-http-signatures-12" }));
		try {
			return Object.fromEntries(await Promise.all(names.map(async name =>
				[name, await activityPubTestCases.select({ slug: name }).run(input)])));
		} finally {
			globalThis.fetch = unsigned;
		}
	},
	/** New keys for fay, as after a lost or leaked one. */
	rotate() {
		keys.delete("fay");
		return {};
	},
	me(changes) {
		return Object.assign(me, changes);
	},
};

const signed = async () => ({ documentLoader: await context.getDocumentLoader({ identifier: "fay" }) });

http.createServer(async (request, response) => {
	const chunks = [];
	for await (const chunk of request) chunks.push(chunk);
	const body = Buffer.concat(chunks);
	const path = new URL(request.url, origin).pathname;
	let answer;
	try {
		if (path === "/test/received") {
			answer = Response.json(received);
		} else if (path.startsWith("/test/")) {
			answer = Response.json(await commands[path.slice(6)](JSON.parse(body)));
		} else {
			answer = await federation.fetch(new Request(new URL(request.url, origin), {
				method: request.method, headers: request.headers, body: body.length ? body : undefined,
			}), { contextData: undefined });
		}
	} catch (error) {
		answer = new Response(error.stack, { status: 500 });
	}
	response.writeHead(answer.status, Object.fromEntries(answer.headers));
	response.end(Buffer.from(await answer.arrayBuffer()));
}).listen(port, "127.0.0.1", () => console.log("ready"));
