/*
 * Passwords, who may sign in, and browser sessions. Hashing is slow by design: pool threads or the command line.
 * Tokens of apps are oauth.c's and viewer.c's.
 */
#include "node/accounts/login.h"

#include <assert.h>
#include <crypt.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "node/accounts/agent.h"
#include "node/accounts/cookies.h"
#include "node/accounts/use.h"
#include "node/mail/letters.h"
#include "node/web/catalogue.h"
#include "storage/accounts.h"
#include "storage/base/hash.h"
#include "storage/keys.h"
#include "storage/tokens.h"
#include "storage/users.h"

/* What Debian uses for /etc/shadow, at a higher cost: some 100 ms a hash. */
static const char yescrypt[] = "$y$";
enum { YESCRYPT_COST = 7, SALT_BYTES = 16 };
/* Of the cookie by which a browser is known again, and of how many are known of one person. */
enum { DEVICE_BYTES = 43, DEVICE_DAYS = 400, DEVICES_MAX = 32 };

static_assert(PASSWORD_BYTES_MAX < CRYPT_MAX_PASSPHRASE_SIZE, "crypt(3) refuses longer ones");

static atomic_uint_fast64_t runs;

uint64_t password_runs(void)
{
	return atomic_load_explicit(&runs, memory_order_relaxed);
}

/* crypt(3) of a password of at most PASSWORD_BYTES_MAX bytes; the text lies in `data`. STR_NONE when it refuses. */
static struct str crypt_text(struct str password, const char *setting, struct crypt_data *data)
{
	const char *text;
	char *phrase = malloc(password.n + 1);

	if (!phrase)
		abort();
	if (password.n)
		memcpy(phrase, password.p, password.n);
	phrase[password.n] = '\0';
	text = crypt_r(phrase, setting, data);
	atomic_fetch_add_explicit(&runs, 1, memory_order_relaxed);
	explicit_bzero(phrase, password.n);
	free(phrase);
	/* A failure is NULL or begins with '*', which no hash does. */
	return text && text[0] != '*' ? str_of(text) : STR_NONE;
}

static void make_setting(char setting[CRYPT_GENSALT_OUTPUT_SIZE])
{
	char salt[SALT_BYTES];

	hash_random(salt, sizeof(salt));
	if (!crypt_gensalt_rn(yescrypt, YESCRYPT_COST, salt, sizeof(salt), setting, CRYPT_GENSALT_OUTPUT_SIZE))
		abort();  /* libcrypt without yescrypt: not a system we run on */
}

static struct crypt_data *work_area_new(void)
{
	struct crypt_data *data = calloc(1, sizeof(*data));

	if (!data)
		abort();
	return data;
}

static void work_area_free(struct crypt_data *data)
{
	explicit_bzero(data, sizeof(*data));
	free(data);
}

bool password_length_fits(struct str password)
{
	return utf8_length(password) >= PASSWORD_CHARACTERS_MIN && password.n <= PASSWORD_BYTES_MAX;
}

int password_hash(struct arena *arena, struct str password, struct str *ret_hash)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data *data;
	struct str text;

	if (!password_length_fits(password) || str_find_char(password, '\0') != SIZE_MAX)
		return ERR_INVALID;
	make_setting(setting);
	data = work_area_new();
	text = crypt_text(password, setting, data);
	if (text.p)
		*ret_hash = arena_str(arena, text);
	work_area_free(data);
	return text.p ? OK : ERR_INVALID;
}

bool password_verify(struct str password, struct str hash)
{
	char setting[CRYPT_OUTPUT_SIZE];
	bool possible = hash.n && hash.n < sizeof(setting) && password.n <= PASSWORD_BYTES_MAX &&
	                str_find_char(password, '\0') == SIZE_MAX;
	struct crypt_data *data;
	struct str text;
	bool fits;

	if (possible) {
		memcpy(setting, hash.p, hash.n);
		setting[hash.n] = '\0';
	} else {
		/* What cannot fit costs as much as what could, so that the time tells nobody who exists. */
		make_setting(setting);
		password = STR("");
	}
	data = work_area_new();
	text = crypt_text(password, setting, data);
	fits = possible && text.p && hash_equal(text, hash);
	work_area_free(data);
	return fits;
}

struct str login_session_sent(struct call *call, const struct instance *instance)
{
	return cookie_get(call, instance, "session");
}

uint64_t login_session_account(struct call *call, struct view *view)
{
	struct str cookie = login_session_sent(call, instance_of(view));
	struct session session;
	struct user user;

	if (!cookie.n || sessions_get(view, cookie, &session) != OK)
		return 0;
	if (users_get(call->arena, view, session.account_id, &user) != OK || user.disabled)
		return 0;
	use_note(call, SPACE_SESSION, cookie, session.used_ms);
	return session.account_id;
}

void login_session_cookie(struct call *call, const struct instance *instance, struct str cookie)
{
	cookie_set(call, instance, "session", cookie, cookie.n ? (int64_t)SESSION_DAYS * DAY_MS / SECOND_MS : 0);
}

/* The last one first; beyond DEVICES_MAX the one that signed in first is forgotten. */
static void remember_device(struct arena *arena, struct user *user, uint64_t id)
{
	size_t kept = user->device_ids.count < DEVICES_MAX ? user->device_ids.count : DEVICES_MAX - 1;
	uint64_t *ids = ARENA_ARRAY(arena, uint64_t, kept + 1);

	ids[0] = id;
	if (kept)
		memcpy(ids + 1, user->device_ids.ids, kept * sizeof(*ids));
	user->device_ids = (struct id_list){ ids, kept + 1 };
}

static uint64_t device_id_of(struct str cookie)
{
	uint8_t hash[SHA256_BYTES];
	uint64_t id;

	hash_sha256(cookie, hash);
	memcpy(&id, hash, sizeof(id));
	return id;
}

static bool is_known_device(const struct user *user, uint64_t id)
{
	for (size_t i = 0; i < user->device_ids.count; i++)
		if (user->device_ids.ids[i] == id)
			return true;
	return false;
}

uint64_t login_known_device(struct call *call, const struct instance *instance, const struct user *user)
{
	struct str cookie = cookie_get(call, instance, "device");
	uint64_t id = cookie.n == DEVICE_BYTES ? device_id_of(cookie) : 0;

	return id && is_known_device(user, id) ? id : 0;
}

/* The browser that calls is one of this person's from now on. true: it was none before. */
static bool keep_device(struct call *call, const struct instance *instance, struct user *user)
{
	struct str cookie = cookie_get(call, instance, "device");
	uint64_t id;

	if (cookie.n != DEVICE_BYTES)
		cookie = hash_token(call->arena);
	cookie_set(call, instance, "device", cookie, (int64_t)DEVICE_DAYS * DAY_MS / SECOND_MS);
	id = device_id_of(cookie);
	if (is_known_device(user, id))
		return false;
	remember_device(call->arena, user, id);
	return true;
}

int login_keep_device(struct call *call, struct txn *txn, uint64_t account_id)
{
	struct user user;
	int err = users_get(call->arena, txn_view(txn), account_id, &user);

	if (err != OK || !keep_device(call, instance_of(txn_view(txn)), &user))
		return err;
	return users_put(txn, &user);
}

/* A browser that has signed in as this person before shows the cookie of then. Whoever has signed in before is told of one
 * that has not; nothing about where it is. */
static int note_device(struct call *call, struct txn *txn, struct user *user, const struct session *session)
{
	struct mailer mailer = mailer_of(call->node);
	bool first = !user->device_ids.count;

	if (!keep_device(call, instance_of(txn_view(txn)), user) || first)
		return OK;
	return letter_sign_in(call->arena, txn, &mailer, user, agent_browser_name(session->browser),
	                      agent_system_name(session->system));
}

/* As the pages choose it (node/web/pages.h). */
static void note_language(struct call *call, const struct instance *instance, struct user *user)
{
	enum language language = language_accepted(call_request_header(call, "Accept-Language"), LANGUAGE_FR);

	language_parse(cookie_get(call, instance, "lang"), &language);
	user->seen_locale = str_of(language_code(language));
}

int login_session_put(struct call *call, struct txn *txn, uint64_t account_id, struct str cookie)
{
	int64_t now = txn_now_ms(txn);
	struct session session = {
		.account_id = account_id, .created_ms = now, .expires_ms = now + (int64_t)SESSION_DAYS * DAY_MS, .used_ms = now,
	};
	struct user user;
	int err = users_get(call->arena, txn_view(txn), account_id, &user);

	if (err != OK)
		return err;
	if (user.disabled)
		return ERR_NOT_FOUND;
	user.last_sign_in_ms = now;
	agent_read(call_request_header(call, "User-Agent"), &session.browser, &session.system);
	note_language(call, instance_of(txn_view(txn)), &user);
	err = note_device(call, txn, &user, &session);
	users_put(txn, &user);
	return err == OK ? sessions_put(txn, cookie, &session) : err;
}

int login_find(struct arena *arena, struct view *view, struct str name, struct user *ret_user)
{
	struct account account;
	struct user user;
	int err;

	name = str_trim(name);
	if (!name.n || !utf8_valid(name))
		return ERR_NOT_FOUND;
	err = users_by_email(arena, view, name, &user);
	if (err == ERR_NOT_FOUND) {
		err = accounts_by_acct(arena, view, name, &account);
		if (err == OK)
			err = account.host.n ? ERR_NOT_FOUND : users_get(arena, view, account.id, &user);
	}
	if (err != OK)
		return err == ERR_INVALID ? ERR_NOT_FOUND : err;
	if (user.disabled)
		return ERR_NOT_FOUND;
	*ret_user = user;
	return OK;
}

int login_sign_up_put(struct txn *txn, uint64_t account_id, struct str secret)
{
	int64_t now = txn_now_ms(txn);
	struct session link = {
		.account_id = account_id, .created_ms = now, .expires_ms = now + (int64_t)SIGN_UP_DAYS * DAY_MS,
	};

	return sign_up_put(txn, secret, &link);
}
