/*
 * JSON lines and the table, on standard output.
 */
#include "tests/bench/report.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "storage/base/arena.h"
#include "storage/base/json.h"
#include "tests/bench/measure.h"

enum { FIGURES_MAX = 64, NOTES_MAX = 16 };

struct report {
	struct arena *arena;
	struct figure figures[FIGURES_MAX];
	size_t count;
	struct str notes[NOTES_MAX];
	size_t note_count;
	struct str machine;
};

struct report *report_new(struct arena *arena)
{
	struct report *report = ARENA_NEW(arena, struct report);

	report->arena = arena;
	return report;
}

static void print_line(struct buf *buf)
{
	struct str line = buf_str(buf);

	printf("%.*s\n", STR_ARG(line));
	fflush(stdout);
}

static void start_line(struct report *report, struct buf *buf, struct json_writer *json)
{
	buf_init(buf, report->arena, 0);
	json_writer_init(json, buf);
	json_w_object(json);
}

static struct str processor(struct arena *arena)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	struct str name = STR("unknown");
	size_t size = 0;
	char *line = NULL;

	while (file && getline(&line, &size, file) > 0) {
		struct str value = str_of(line), key = str_cut(&value, ':');

		if (!str_eq(str_trim(key), STR("model name")))
			continue;
		name = arena_str(arena, str_trim(value));
		break;
	}
	if (file)
		fclose(file);
	free(line);
	return name;
}

/* The magic numbers of linux/magic.h that a store may meet; without a disk below, a commit costs nothing. */
static const char *file_system(const char *folder)
{
	static const struct {
		unsigned long magic;
		const char *name;
	} known[] = {
		{ 0xef53, "ext4" }, { 0x58465342, "xfs" }, { 0x9123683e, "btrfs" }, { 0x01021994, "tmpfs: not a disk" },
		{ 0x794c7630, "overlayfs" }, { 0x2fc12fc1, "zfs" },
	};
	struct statfs found;

	for (size_t i = 0; statfs(folder, &found) == 0 && i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].magic == (unsigned long)found.f_type)
			return known[i].name;
	return "another";
}

void report_machine(struct report *report, const char *folder)
{
	struct str name = processor(report->arena);
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct json_writer json;
	struct sysinfo memory = { 0 };
	struct utsname kernel;
	struct buf buf;

	sysinfo(&memory);
	uname(&kernel);
	start_line(report, &buf, &json);
	json_w_member_cstr(&json, "measure", "machine");
	json_w_member_u64(&json, "cores", (uint64_t)cores);
	json_w_member_str(&json, "processor", name);
	json_w_member_u64(&json, "memory_mib", memory.totalram / 1024 * memory.mem_unit / 1024);
	json_w_member_cstr(&json, "kernel", kernel.release);
	json_w_member_cstr(&json, "file_system", file_system(folder));
	json_w_object_end(&json);
	print_line(&buf);
	report->machine = arena_printf(report->arena, "%ld cores, %.*s, Linux %s, stores on %s", cores, STR_ARG(name),
	                               kernel.release, file_system(folder));
}

static double ratio(const struct figure *figure)
{
	return figure->limit_per_second > 0 ? figure->per_second / figure->limit_per_second : 0;
}

static bool has_target(const struct figure *figure)
{
	return figure->ratio_at_least > 0 || figure->p99_at_most_ms > 0 || figure->value_at_most > 0;
}

static bool is_met(const struct figure *figure)
{
	return ratio(figure) >= figure->ratio_at_least &&
	       (figure->p99_at_most_ms <= 0 || figure->p99_ms <= figure->p99_at_most_ms) &&
	       (figure->value_at_most <= 0 || figure->value <= figure->value_at_most);
}

static void add_number(struct report *report, struct json_writer *json, const char *key, double value)
{
	if (value > 0)
		json_w_member_raw(json, key, arena_printf(report->arena, "%.3f", value));
}

void report_add(struct report *report, const struct figure *figure)
{
	struct json_writer json;
	struct buf buf;

	if (report->count == FIGURES_MAX)
		give_up("too many figures");
	report->figures[report->count++] = *figure;
	start_line(report, &buf, &json);
	json_w_member_cstr(&json, "measure", figure->measure);
	if (figure->connections)
		json_w_member_u64(&json, "connections", figure->connections);
	add_number(report, &json, "per_second", figure->per_second);
	add_number(report, &json, "p50_ms", figure->p50_ms);
	add_number(report, &json, "p99_ms", figure->p99_ms);
	add_number(report, &json, "cpu_us", figure->cpu_us);
	add_number(report, &json, "value", figure->value);
	if (figure->unit)
		json_w_member_cstr(&json, "unit", figure->unit);
	if (figure->limit)
		json_w_member_cstr(&json, "limit", figure->limit);
	add_number(report, &json, "limit_per_second", figure->limit_per_second);
	add_number(report, &json, "limit_p99_ms", figure->limit_p99_ms);
	add_number(report, &json, "limit_cpu_us", figure->limit_cpu_us);
	add_number(report, &json, "ratio", ratio(figure));
	add_number(report, &json, "ratio_at_least", figure->ratio_at_least);
	add_number(report, &json, "p99_at_most_ms", figure->p99_at_most_ms);
	add_number(report, &json, "value_at_most", figure->value_at_most);
	if (has_target(figure))
		json_w_member_bool(&json, "met", is_met(figure));
	json_w_object_end(&json);
	print_line(&buf);
}

void figure_measured(struct figure *figure, struct waits *waits, double seconds, double cpu_us)
{
	figure->per_second = waits_per_second(waits, seconds);
	figure->p50_ms = waits_ms(waits, 0.5);
	figure->p99_ms = waits_ms(waits, 0.99);
	figure->cpu_us = waits->count ? cpu_us / (double)waits->count : 0;
}

void figure_limit(struct figure *figure, struct waits *waits, double seconds, double cpu_us)
{
	figure->limit_per_second = waits_per_second(waits, seconds);
	figure->limit_p99_ms = waits_ms(waits, 0.99);
	figure->limit_cpu_us = waits->count ? cpu_us / (double)waits->count : 0;
}

void report_note(struct report *report, const char *format, ...)
{
	va_list args;

	if (report->note_count == NOTES_MAX)
		give_up("too many notes");
	va_start(args, format);
	report->notes[report->note_count++] = arena_vprintf(report->arena, format, args);
	va_end(args);
}

/* A cell of the table: empty when there is no number. */
static const char *cell(struct arena *arena, double value, int decimals, const char *unit)
{
	return value > 0 ? arena_printf(arena, "%.*f%s", decimals, value, unit).p : "";
}

static const char *target(struct arena *arena, const struct figure *figure)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	if (figure->ratio_at_least > 0)
		buf_printf(&buf, ">= %.0f %%", 100 * figure->ratio_at_least);
	if (figure->p99_at_most_ms > 0)
		buf_printf(&buf, "%sp99 < %.0f ms", buf.n ? ", " : "", figure->p99_at_most_ms);
	if (figure->value_at_most > 0)
		buf_printf(&buf, "<= %.0f %s", figure->value_at_most, figure->unit);
	if (has_target(figure))
		buf_printf(&buf, ": %s", is_met(figure) ? "met" : "MISSED");
	return arena_cstr(arena, buf_str(&buf));
}

static void print_row(struct arena *arena, const struct figure *figure)
{
	const char *value = figure->unit ? arena_printf(arena, "%.1f %s", figure->value, figure->unit).p : "";

	printf("%-35s %5s %7s %7s %7s %6s %11s  %-22s %7s %7s %6s %6s  %s\n", figure->measure,
	       cell(arena, figure->connections, 0, ""), cell(arena, figure->per_second, 0, ""),
	       cell(arena, figure->p50_ms, 2, ""), cell(arena, figure->p99_ms, 2, ""), cell(arena, figure->cpu_us, 0, ""),
	       value, figure->limit ? figure->limit : "", cell(arena, figure->limit_per_second, 0, ""),
	       cell(arena, figure->limit_p99_ms, 2, ""), cell(arena, figure->limit_cpu_us, 0, ""),
	       cell(arena, 100 * ratio(figure), 0, " %"), target(arena, figure));
}

void report_table(const struct report *report)
{
	printf("\n%.*s\n\n", STR_ARG(report->machine));
	printf("%-35s %5s %7s %7s %7s %6s %11s  %-22s %7s %7s %6s %6s  %s\n", "measure", "conn.", "per s", "p50 ms", "p99 ms",
	       "cpu us", "value", "limit of the same run", "per s", "p99 ms", "cpu us", "ratio", "target");
	for (size_t i = 0; i < report->count; i++)
		print_row(report->arena, &report->figures[i]);
	putchar('\n');
	for (size_t i = 0; i < report->note_count; i++)
		printf("%.*s\n", STR_ARG(report->notes[i]));
}
