# rse-node: one plain Makefile. CC, CFLAGS, LDFLAGS, PREFIX and DESTDIR belong to the builder; we only add.
#
#   make                      builds build/rse-node
#   make demo                 two paired nodes with sample people, on loopback; Ctrl-C stops both
#   make check                every test; the last line is "N passed, N failed"
#   make unit, make blackbox  the one half or the other, with the plain build only
#   make lint, make format    layers and analysis; formats the lines you touched
#   make bench, make fuzz     measures; fuzzes every parser for FUZZ_SECONDS each
#   make docs                 writes the pages that are made from the route table
#   make install              to $(DESTDIR)$(PREFIX)
#   make SAN=address,undefined   (or SAN=thread) builds the same into a folder of its own, with sanitizers
#   make DEPS=no              never looks whether Debian packages are missing

# What the sanitizers look at is checked, not fast: half the time to compile, and their reports still name lines.
CFLAGS ?= $(if $(SAN),-O1 -g1,-O2 -g)
PREFIX ?= /usr/local
DEPS   ?= yes
FUZZ_SECONDS ?= 60
# V=1 shows the commands whole.
SAY     = $(if $(V),,@echo "  $@";)

# What is missing is installed while this file is read, so that pkg-config below already sees it.
GOALS  := $(or $(MAKECMDGOALS),all)
USES   := $(if $(filter-out clean uninstall format,$(GOALS)),build) \
          $(if $(filter check blackbox unit,$(GOALS)),test) $(if $(filter demo,$(GOALS)),demo) \
          $(if $(filter lint format fuzz,$(GOALS)),lint)
ifeq ($(DEPS),yes)
ifneq ($(strip $(USES)),)
$(shell deploy/install-deps $(USES) >&2)
ifneq ($(.SHELLSTATUS),0)
$(error what the build needs is not there; see the line above)
endif
endif
endif

comma  := ,
B      := build$(if $(SAN),-$(subst $(comma),-,$(SAN)))
SAN_F  := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
PKGS   := libmicrohttpd libcurl openssl jansson libcrypt libutf8proc gumbo libcmark yaml-0.1 icu-uc sqlite3 libqrencode cjose libfido2 ldap lber
# Of the program that decodes media, and of nothing else: the node never links these.
MEDIA_PKGS := vips libseccomp libavformat libavcodec libavutil libswscale poppler-glib expat zlib
WARN   := -Wall -Wextra -Wshadow -Wvla -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes \
          -Wpointer-arith -Wformat=2 -Werror
OWN    := -std=c17 -D_GNU_SOURCE -I. -pthread $(WARN) $(SAN_F) $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -llmdb -lwslay -lstemmer -lm

# The other flavours of libcurl have no callbacks into OpenSSL and answer differently to bad certificates.
ifneq ($(filter build,$(USES)),)
ifeq ($(filter OpenSSL,$(shell curl-config --ssl-backends 2>/dev/null)),)
$(error rse-node needs the OpenSSL flavour of libcurl (Debian: libcurl4-openssl-dev))
endif
endif

WORKER := $(wildcard node/media-worker/*.c) node/media/blurhash.c
SRC    := $(filter-out node/main.c node/media-worker/%,$(wildcard storage/*.c storage/*/*.c federation/*.c \
          node/*.c node/*/*.c node/*/*/*.c))
RIG    := $(wildcard tests/rig/*.c)
UNIT   := $(wildcard tests/unit/test_*.c)
BENCH  := $(wildcard tests/bench/bench_*.c)
BENCH_ROOMS := $(filter-out $(BENCH),$(wildcard tests/bench/*.c))
FUZZ   := $(wildcard tests/fuzz/fuzz_*.c)
LIB    := $B/rse.a
# Rooms of the worker that read what others made without a library that does it, for tests and fuzzers.
READERS := $(patsubst %,node/media-worker/%.c,office office_type text_out zip)
READLIB := $B/readers.a
READ_LIBS := -lexpat -lz
# An archive too: a test takes from the rig what it uses, and may put its own in the place of the rest.
RIGLIB := $B/rig.a
ALL_C  := $(wildcard node/main.c) $(SRC) $(READERS) $(RIG) $(UNIT) $(BENCH) $(BENCH_ROOMS) $(FUZZ) tests/fuzz/replay.c
# The rooms that hand work from thread to thread: their tests run under ThreadSanitizer too.
THREAD := $(filter $(patsubst %,tests/unit/test_%.c,writer pool store deliver deliver_answers deliver_changes lane net server server_crowd jobs_clock budget hub indexer),$(UNIT))
# A peer by other hands, as its lock file says; it brings its own Node, for Debian's is too old for it.
PEER   := tests/fedify/node_modules/.package-lock.json
# make check builds with all cores unless the caller gave a -j of their own.
SUB     = +$(MAKE) DEPS=no $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc)) --no-print-directory

.PHONY: all docs check unit unit-programs thread-programs bench-programs fuzz-programs replay-programs blackbox lint format install \
        uninstall clean demo bench fuzz
.SECONDARY:

all: $B/rse-node $B/rse-node-media

$B/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(SAY) $(CC) $(OWN) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(SRC:%.c=$B/%.o)
	@rm -f $@
	@$(AR) rcs $@ $^

$(READLIB): $(READERS:%.c=$B/%.o)
	@rm -f $@
	@$(AR) rcs $@ $^

$(RIGLIB): $(RIG:%.c=$B/%.o)
	@rm -f $@
	$(AR) rcs $@ $^

$B/rse-node: $B/node/main.o $(LIB)
	$(SAY) $(CC) $(SAN_F) -pthread $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# The worker lives in a sandbox that the sanitizers could not live in. Its libraries' headers are not ours to warn about.
MEDIA_CFLAGS = $(subst -I/,-isystem /,$(shell pkg-config --cflags $(MEDIA_PKGS)))
$B/worker/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(SAY) $(CC) -std=c17 -D_GNU_SOURCE -I. -pthread $(WARN) $(MEDIA_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$B/rse-node-media: $(WORKER:%.c=$B/worker/%.o)
	$(SAY) $(CC) -pthread $(CFLAGS) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs $(MEDIA_PKGS)) -lmagic -lm

$B/tests/unit/%: $B/tests/unit/%.o $(RIGLIB) $(READLIB) $(LIB)
	$(SAY) $(CC) $(SAN_F) -pthread $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(READ_LIBS)

$B/bench.a: $(BENCH_ROOMS:%.c=$B/%.o)
	@rm -f $@
	@$(AR) rcs $@ $^

$B/tests/bench/%: $B/tests/bench/%.o $B/bench.a $(RIGLIB) $(LIB)
	$(SAY) $(CC) $(SAN_F) -pthread $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$B/tests/fuzz/%: $B/tests/fuzz/%.o $(RIGLIB) $(READLIB) $(LIB)
	$(SAY) $(CC) $(SAN_F) -fsanitize=fuzzer -pthread $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(READ_LIBS)

# The inputs that a fuzzer keeps, run once each by a build without libFuzzer.
$B/tests/fuzz/replay_%: $B/tests/fuzz/fuzz_%.o $B/tests/fuzz/replay.o $(RIGLIB) $(READLIB) $(LIB)
	$(SAY) $(CC) $(SAN_F) -pthread $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(READ_LIBS)

# Cheap keys for the nodes of the black box, whichever build they are of.
QUICK  := build/tests/quick_keys.so
$(QUICK): tests/blackbox/quick_keys.c Makefile
	@mkdir -p $(@D)
	$(SAY) $(CC) -std=c17 -D_GNU_SOURCE -I. $(WARN) $(CFLAGS) -fPIC -shared -o $@ $< -lcrypto -lcrypt -ldl

unit-programs: $(UNIT:%.c=$B/%)
thread-programs: $(THREAD:%.c=$B/%)
bench-programs: $(BENCH:%.c=$B/%)
fuzz-programs: $(FUZZ:%.c=$B/%)
replay-programs: $(FUZZ:tests/fuzz/fuzz_%.c=$B/tests/fuzz/replay_%)

unit:
	$(SUB) unit-programs
	tests/run unit=$B

$(PEER): tests/fedify/package.json tests/fedify/package-lock.json
	$(SAY) cd $(@D)/.. && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

blackbox: $(PEER) $(QUICK)
	$(SUB) all
	tests/run blackbox=$B

check: $(PEER) $(QUICK)
	$(SUB) SAN= all unit-programs
	$(SUB) SAN=address,undefined all unit-programs replay-programs
	$(SUB) SAN=thread all thread-programs
	tests/run layers blackbox=build-address-undefined blackbox=build blackbox=build-thread \
	          unit=build unit=build-address-undefined unit=build-thread \
	          replay=build-address-undefined

lint:
	deploy/lint-layers
	@rm -rf build-lint
	$(SUB) B=build-lint CFLAGS="-O1 -fanalyzer -Wno-error" build-lint/rse.a
	printf '%s\n' node/main.c $(SRC) | xargs -P$(shell nproc) -I{} clang-tidy-14 --quiet {} -- -std=c17 -D_GNU_SOURCE -I. \
		$(shell pkg-config --cflags $(PKGS) 2>/dev/null)

format:
	git clang-format --binary clang-format-14 --extensions c,h --force HEAD

bench:
	$(SUB) all bench-programs
	@set -e; for program in $(BENCH:%.c=$B/%); do echo "== $$program"; $$program; done

fuzz:
	$(SUB) B=build-fuzz CC=clang-14 SAN=fuzzer-no-link,address,undefined CFLAGS="-O1 -g" fuzz-programs
	@set -e; for name in $(FUZZ:tests/fuzz/%.c=%); do echo "== $$name"; \
		mkdir -p build-fuzz/corpus/$$name tests/fuzz/corpus/$$name; \
		build-fuzz/tests/fuzz/$$name -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 -verbosity=0 \
			-artifact_prefix=build-fuzz/ build-fuzz/corpus/$$name tests/fuzz/corpus/$$name; done

docs: all
	deploy/api-coverage $B/rse-node >$B/api-coverage.md
	mv $B/api-coverage.md deploy/docs/api-coverage.md
	deploy/role-table $B/rse-node >$B/roles.md
	mv $B/roles.md deploy/docs/roles.md

demo: all
	@deploy/demo $B/rse-node

MAN    := $(wildcard deploy/*.[58])
UNITS  := $(DESTDIR)$(PREFIX)/lib/systemd/system

install: all
	install -D -m 755 $B/rse-node $(DESTDIR)$(PREFIX)/bin/rse-node
	install -D -m 755 $B/rse-node-media $(DESTDIR)$(PREFIX)/bin/rse-node-media
	install -d $(UNITS)
	sed 's|@PREFIX@|$(PREFIX)|g' deploy/rse-node.service >$(UNITS)/rse-node.service
	@for page in $(MAN); do \
		install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/}; done

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/rse-node $(DESTDIR)$(PREFIX)/bin/rse-node-media $(UNITS)/rse-node.service
	@for page in $(MAN); do rm -f $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/}; done

clean:
	rm -rf build build-*

-include $(ALL_C:%.c=$B/%.d) $(WORKER:%.c=$B/worker/%.d)
