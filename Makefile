# rse-node: one plain Makefile. CC, CFLAGS, LDFLAGS, PREFIX and DESTDIR belong to the builder; we only add.
#
#   make                      builds build/rse-node
#   make demo                 two paired nodes with sample people, on loopback
#   make check                every test; the last line is "N passed, N failed"
#   make SAN=address,undefined   (or SAN=thread) builds the same into a folder of its own, with sanitizers

CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
DEPS   ?= yes

comma  := ,
B      := build$(if $(SAN),-$(subst $(comma),-,$(SAN)))
SAN_F  := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
PKGS   := libmicrohttpd libcurl openssl jansson libcrypt libutf8proc gumbo libcmark yaml-0.1 icu-uc
WARN   := -Wall -Wextra -Wshadow -Wvla -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes \
          -Wpointer-arith -Wformat=2 -Werror
# A map that the sanitizers can live with; everything else is the same program.
OWN    := -std=c17 -D_GNU_SOURCE -I. -pthread $(WARN) $(SAN_F) $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -llmdb

SRC    := $(filter-out node/main.c,$(wildcard storage/*.c storage/*/*.c federation/*.c node/*.c node/*/*.c))
RIG    := $(wildcard tests/rig/*.c)
UNIT   := $(wildcard tests/unit/test_*.c)
LIB    := $B/rse.a
ALL_C  := node/main.c $(SRC) $(RIG) $(UNIT) $(wildcard tests/bench/*.c tests/fuzz/*.c)
ALL_H  := $(wildcard storage/*.h storage/*/*.h federation/*.h node/*.h node/*/*.h tests/*/*.h)

.PHONY: all check unit blackbox lint format install uninstall clean demo bench fuzz deps test-deps
.SECONDARY:

all: $B/rse-node

deps:
	@deploy/install-deps build

test-deps:
	@deploy/install-deps test

$B/%.o: %.c Makefile | $(if $(filter yes,$(DEPS)),deps)
	@mkdir -p $(@D)
	$(CC) $(OWN) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(SRC:%.c=$B/%.o)
	@rm -f $@
	$(AR) rcs $@ $^

$B/rse-node: $B/node/main.o $(LIB)
	$(CC) $(SAN_F) -pthread $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$B/tests/unit/%: $B/tests/unit/%.o $(RIG:%.c=$B/%.o) $(LIB)
	$(CC) $(SAN_F) -pthread $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

unit: $(UNIT:%.c=$B/%)

-include $(SRC:%.c=$B/%.d) $(UNIT:%.c=$B/%.d) $(RIG:%.c=$B/%.d) $B/node/main.d

clean:
	rm -rf build build-*
