/*
 * The script as a literal, as the style sheet is. It asks for a challenge, hands it to the browser, puts what comes back
 * into hidden fields and sends the form; all that is decided, is decided here. HTTP threads.
 */
#include "node/web/script.h"

#include <pthread.h>
#include <stdio.h>

#include "storage/base/hash.h"

static const char script[] =
	"'use strict';\n"
	"(() => {\n"
	"  if (!window.PublicKeyCredential)\n"
	"    return;\n"
	"  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));\n"
	"  const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))\n"
	"    .replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');\n"
	"  const known = ids => ids.map(id => ({ type: 'public-key', id: bytes(id) }));\n"
	"\n"
	"  async function challenge(kind) {\n"
	"    const answer = await fetch('/passkeys/challenge', { method: 'POST', body: new URLSearchParams({ kind }) });\n"
	"    if (!answer.ok)\n"
	"      throw new Error(`status ${answer.status}`);\n"
	"    const { known: ids, ...options } = await answer.json();\n"
	"    return [{ ...options, challenge: bytes(options.challenge) }, known(ids)];\n"
	"  }\n"
	"\n"
	"  function fill(form, values) {\n"
	"    for (const [name, value] of Object.entries(values)) {\n"
	"      const field = document.createElement('input');\n"
	"      Object.assign(field, { type: 'hidden', name, value });\n"
	"      form.append(field);\n"
	"    }\n"
	"  }\n"
	"\n"
	"  async function sign(form, kind) {\n"
	"    const [options, allowCredentials] = await challenge(kind);\n"
	"    const { rawId, response } = await navigator.credentials.get({ publicKey: { ...options, allowCredentials } });\n"
	"    fill(form, {\n"
	"      credential: text(rawId), client_data: text(response.clientDataJSON),\n"
	"      authenticator_data: text(response.authenticatorData), signature: text(response.signature),\n"
	"    });\n"
	"  }\n"
	"\n"
	"  async function create(form) {\n"
	"    const [options, excludeCredentials] = await challenge(form.dataset.create || 'create');\n"
	"    const user = { ...options.user, id: bytes(options.user.id) };\n"
	"    const { response } = await navigator.credentials.create({ publicKey: { ...options, user, excludeCredentials } });\n"
	"    fill(form, {\n"
	"      new_client_data: text(response.clientDataJSON), new_authenticator_data: text(response.getAuthenticatorData()),\n"
	"    });\n"
	"  }\n"
	"\n"
	"  /* data-sign: what a signature is for; not needed once a code is typed. The button 'passkey' makes a new one. */\n"
	"  for (const form of document.querySelectorAll('form[data-passkeys]')) {\n"
	"    const { sign: kind } = form.dataset, failed = form.querySelector('[data-failed]');\n"
	"    for (const part of form.querySelectorAll('[data-script]'))\n"
	"      part.hidden = false;\n"
	"    form.addEventListener('submit', async event => {\n"
	"      const button = event.submitter, creates = button?.value === 'passkey';\n"
	"      const signs = kind && !form.querySelector('[name=code]')?.value;\n"
	"      if (button?.value === 'none' || (!signs && !creates))\n"
	"        return;\n"
	"      event.preventDefault();\n"
	"      failed.hidden = true;\n"
	"      try {\n"
	"        if (signs)\n"
	"          await sign(form, kind);\n"
	"        if (creates)\n"
	"          await create(form);\n"
	"        if (button?.name)\n"
	"          fill(form, { [button.name]: button.value });\n"
	"        form.submit();\n"
	"      } catch (error) {\n"
	"        console.warn(error);\n"
	"        form.querySelectorAll('[name=credential],[name=client_data],[name=authenticator_data],[name=signature]')\n"
	"          .forEach(field => field.remove());\n"
	"        failed.hidden = false;\n"
	"      }\n"
	"    });\n"
	"  }\n"
	"})();\n";

static pthread_once_t path_once = PTHREAD_ONCE_INIT;
static char path[sizeof("/passkeys.js?v=") + 8];

static void make_path(void)
{
	uint8_t digest[SHA256_BYTES];

	hash_sha256((struct str){ script, sizeof(script) - 1 }, digest);
	snprintf(path, sizeof(path), "/passkeys.js?v=%02x%02x%02x%02x", digest[0], digest[1], digest[2], digest[3]);
}

struct str script_path(void)
{
	pthread_once(&path_once, make_path);
	return str_of(path);
}

int script_show(struct call *call, struct view *view)
{
	(void)view;
	call_header(call, "Cache-Control", STR("public, max-age=31536000, immutable"));
	return call_reply(call, 200, "text/javascript; charset=utf-8", str_of(script));
}
