// A web client made with masto.js as it comes, on an origin of its own: registers, signs in with PKCE, reads home, posts, and
// shows what it hears by WebSocket and by EventSource. What goes wrong stands in #error.

import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";

const SCOPES = "read write follow push";
const back = location.origin + location.pathname;
const $ = (id) => document.getElementById(id);
const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

addEventListener("error", ({ message }) => ($("error").textContent += message + "\n"));
addEventListener("unhandledrejection", ({ reason }) => ($("error").textContent += (reason?.stack ?? reason) + "\n"));

function show(list, text) {
	const item = document.createElement("li");
	item.innerHTML = text;
	$(list).append(item);
}

async function leave(url) {
	const app = await createRestAPIClient({ url }).v1.apps.create({ clientName: "Page", redirectUris: back, scopes: SCOPES });
	const about = await (await fetch(`${url}/.well-known/oauth-authorization-server`)).json();
	const codeVerifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
	const challenge = base64url(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(codeVerifier)));
	const state = crypto.randomUUID();
	sessionStorage.setItem("app", JSON.stringify({ url, app, codeVerifier, state }));
	location.assign(about.authorization_endpoint + "?" + new URLSearchParams({
		response_type: "code", client_id: app.clientId, redirect_uri: back, scope: SCOPES, state,
		code_challenge: challenge, code_challenge_method: "S256",
	}));
}

async function come(query) {
	const { url, app, codeVerifier, state } = JSON.parse(sessionStorage.getItem("app"));
	if (query.get("state") !== state) throw new Error("another's state");
	const { accessToken } = await createOAuthAPIClient({ url }).token.create({
		grantType: "authorization_code", clientId: app.clientId, clientSecret: app.clientSecret, redirectUri: back,
		code: query.get("code"), codeVerifier,
	});
	const rest = createRestAPIClient({ url, accessToken });
	const me = await rest.v1.accounts.verifyCredentials();
	$("me").textContent = me.acct;
	$("avatar").src = me.avatar;
	const pages = rest.v1.timelines.home.list({ limit: 1 });
	for await (const [status] of pages) if (status) show("home", status.content);

	const streamingApiUrl = (await rest.v2.instance.fetch()).configuration.urls.streaming;
	const streaming = createStreamingAPIClient({ streamingApiUrl, accessToken });
	await streaming.prepare();
	(async () => {
		for await (const { event, payload } of streaming.user.subscribe()) show("heard", `${event} ${payload.content}`);
	})();
	const lines = new EventSource(`${url}/api/v1/streaming/user?access_token=${encodeURIComponent(accessToken)}`);
	lines.addEventListener("update", ({ data }) => show("lines", JSON.parse(data).content));
	await new Promise((open) => lines.addEventListener("open", open));

	$("post").addEventListener("submit", async (event) => {
		event.preventDefault();
		const media = await rest.v2.media.create({ file: new File([await picture()], "page.png"), description: "Drawn" });
		const init = { headers: { "Idempotency-Key": crypto.randomUUID() } };
		await rest.v1.statuses.create({ status: $("post").text.value, mediaIds: [media.id] }, { requestInit: init });
	});
	$("post").hidden = false;
}

async function picture() {
	const canvas = new OffscreenCanvas(1200, 900);
	const at = canvas.getContext("2d");
	at.fillRect(0, 0, 600, 900);
	return canvas.convertToBlob();
}

const query = new URLSearchParams(location.search);
if (query.has("code")) await come(query);
$("server").addEventListener("submit", (event) => {
	event.preventDefault();
	leave(`https://${$("server").host.value}`);
});
$("server").dataset.ready = "yes";
