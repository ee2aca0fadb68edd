/*
 * What goes into filters and comes out of entries, and the settings that name it all.
 */
#include "node/directory/text.h"

#include "node/accounts/directory_plan.h"
#include "node/config.h"
#include "node/directory/settings.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/unit/tap.h"

static struct arena *arena;

static struct str escaped(struct str value)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	directory_add_escaped(&buf, value);
	return buf_str(&buf);
}

static void test_filters(void)
{
	is_str(escaped(STR("*")), STR("\\2a"), "a star is a star");
	is_str(escaped(STR(")(uid=*")), STR("\\29\\28uid=\\2a"), "nothing closes the filter and opens another");
	is_str(escaped((struct str){ "a\0b", 3 }), STR("a\\00b"), "NUL does not end it");
	is_str(escaped(STR("\\2a")), STR("\\5c2a"), "what is escaped already is escaped again");
	is_str(escaped(STR("zoé")), STR("zoé"), "UTF-8 stays");
	is_str(directory_name_filter(arena, STR("(a=b)"), STR("uid"), STR("mail"), STR("x)(y")),
	       STR("(&(a=b)(|(uid=x\\29\\28y)(mail=x\\29\\28y)))"), "a name is looked for among the node's people alone");
	ok(directory_is_filter(STR("(&(a=b)(c=d))")), "a filter");
	ok(!directory_is_filter(STR("(a=b)(c=d)")), "two are none");
	ok(!directory_is_filter(STR("a=b")), "without parentheses it is none");
	ok(!directory_is_filter(STR("(a=b")), "nor half of one");
	ok(!directory_is_filter(STR("(a=b))(|(c=d)")), "nor one that closes what it did not open");
	ok(!directory_is_filter(STR_NONE), "nor nothing");
	ok(directory_is_attribute(STR("sAMAccountName")) && directory_is_attribute(STR("1.2.840.113556")), "attributes");
	ok(!directory_is_attribute(STR("uid=*)(")) && !directory_is_attribute(STR_NONE), "what is none");
}

static void test_ids(void)
{
	static const char guid[] = "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10";
	struct str bytes = { guid, 16 };

	is_str(directory_id_text(arena, bytes, true), STR("04030201-0605-0807-090a-0b0c0d0e0f10"),
	       "an objectGUID in the order in which it is written");
	is_str(directory_id_text(arena, STR("AEE20778-7C8B-1041-9D04-F343B33768F7"), false),
	       STR("aee20778-7c8b-1041-9d04-f343b33768f7"), "an entryUUID is text of one case");
	is_str(directory_id_text(arena, (struct str){ "\xff\xfe", 2 }, false), STR("fffe"), "bytes become hex");
	is_int(directory_id_text(arena, STR_NONE, true).n, 0, "nothing is none");
	is_str(directory_line(arena, STR(" Zoé\nLefèvre\t"), 100), STR("Zoé Lefèvre"), "a value is one line");
	is_int(directory_line(arena, STR("Zo\xe9"), 100).n, 0, "what is no UTF-8 is nothing");
	is_str(directory_line(arena, STR("éééé"), 2), STR("éé"), "and it is cut between characters");
}

static void test_guard(void)
{
	static const size_t rows[][2] = { { 0, 3 }, { 1, 3 }, { 3, 3 }, { 59, 3 }, { 60, 3 }, { 79, 3 }, { 80, 4 }, { 100, 5 },
	                                  { 119, 5 }, { 120, 6 }, { 41000, 2050 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_int(directory_disable_limit(rows[i][0]), rows[i][1], "5 % and at least 3 may be disabled");
}

static int read_settings(struct config *config, struct directory_settings *settings)
{
	struct str fault;

	return directory_settings_read(arena, config, settings, &fault);
}

static void test_settings(void)
{
	struct config config;
	struct directory_settings settings;
	struct str error;

	ok(directory_url_is_whole(STR("ldap://ad.orme.example:389")) && directory_url_is_whole(STR("ldaps://[::1]:636")),
	   "addresses of directories");
	ok(!directory_url_is_whole(STR("ldap://a/dc=x??sub?(uid=*)")) && !directory_url_is_whole(STR("ldapi:///")) &&
	   !directory_url_is_whole(STR("ldap://a ldap://b")) && !directory_url_is_whole(STR("ldap://a:0")) &&
	   !directory_url_is_whole(STR("ldap://")) && !directory_url_is_whole(STR("ldap://[::1")), "and what is none");
	is_int(config_load(arena, NULL, NULL, &config, &error), OK, "the defaults load");
	is_int(read_settings(&config, &settings), ERR_NOT_FOUND, "without an address there is no directory");
	config.directory_url = STR("ldap://ad.orme.example");
	is_int(read_settings(&config, &settings), ERR_INVALID, "without a base it cannot be used");
	config.directory_base = STR("dc=orme");
	is_int(read_settings(&config, &settings), OK, "with one it can");
	ok(settings.start_tls, "to another machine only encrypted");
	config.directory_url = STR("ldap://127.0.0.1:1389");
	read_settings(&config, &settings);
	ok(!settings.start_tls, "to this machine it need not be");
	config.directory_tls = STR("required");
	read_settings(&config, &settings);
	ok(settings.start_tls, "but may");
	config.directory_preset = STR("active_directory");
	config.directory_roles = STR("admin: CN=RSE admins,DC=orme; moderator: CN=Mods,DC=orme;");
	is_int(read_settings(&config, &settings), OK, "Active Directory has its own names");
	is_str(settings.attributes[DIRECTORY_ID], STR("objectGUID"), "its ids");
	is_int((long long)settings.disabled_bits, 2, "and its bit of who is disabled");
	is_int((long long)settings.role_count, 2, "two groups give roles");
	is_str(settings.roles[0].group, STR("CN=RSE admins,DC=orme"), "by their DN");
	config.directory_roles = STR("emperor: CN=x");
	is_int(read_settings(&config, &settings), ERR_INVALID, "a role that does not exist is none");
	config.directory_roles = STR_NONE;
	config.directory_disabled = STR("pwdAccountLockedTime");
	is_int(read_settings(&config, &settings), ERR_INVALID, "what says disabled needs a value");
	config.directory_disabled = STR("employeeType=gone");
	is_int(read_settings(&config, &settings), OK, "such as this");
	is_str(settings.disabled_value, STR("gone"), "which is compared");
	config.directory_login = STR("uid=*)(");
	is_int(read_settings(&config, &settings), ERR_INVALID, "an attribute's name is no filter");
}

int main(void)
{
	arena = arena_new();
	test_filters();
	test_ids();
	test_guard();
	test_settings();
	arena_free(arena);
	return done();
}
