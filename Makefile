# fangpin: make demo | check | check-all | bench | fuzz | clean. Variants: V=release asan tsan cov fuzz.
V ?= release
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
B := build/$(V)
PKGS := sqlite3 libsodium libcrypto libzstd
.DEFAULT_GOAL := all

WARN := -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
        -Wformat=2 -Wundef -Wpointer-arith -Wcast-qual -Wwrite-strings
HARD := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -fvisibility=hidden
OPT_release := -O2 -g $(HARD)
OPT_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -DMEM_FAULTS
OPT_tsan := -O1 -g -fsanitize=thread
OPT_cov := -O0 -g --coverage -DMEM_FAULTS
OPT_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LD_release := -pie -Wl,-z,relro,-z,now
LD_asan := -fsanitize=address,undefined
LD_tsan := -fsanitize=thread
LD_cov := --coverage
LD_fuzz := -fsanitize=fuzzer,address,undefined
ifeq ($(V),fuzz)
CC := clang
endif
CFLAGS := -std=c17 -D_GNU_SOURCE -Isrc -I$(B)/gen $(WARN) $(OPT_$(V)) $(EXTRA_CFLAGS) $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LDLIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lpthread
BAN := -include src/base/banned.h

SRC := $(sort $(wildcard src/*/*.c))
TESTS := $(filter %_test.c,$(SRC))
FUZZ := $(filter %_fuzz.c,$(SRC))
MAIN := src/app/main.c src/base/test_main.c
LIB := $(filter-out $(TESTS) $(FUZZ) $(MAIN),$(SRC))
# Kernels are worth -O3 (measured: gcc -O2 leaves most of the vectorisation undone).
KERNELS := $(filter %_kernels.c,$(LIB))
SQLS := $(sort $(wildcard src/*/*.sql))

obj = $(patsubst src/%.c,$(B)/%.o,$(1))
GEN := $(B)/gen/tests.inc $(B)/gen/sql.inc

all: bin/fangpin

bin/fangpin: $(B)/fangpin
	@mkdir -p bin && cp $< $@.tmp && mv $@.tmp $@

$(B)/fangpin: $(call obj,src/app/main.c $(LIB)) $(B)/gen/assets.o
	$(CC) $(LD_$(V)) -o $@ $^ $(LDLIBS)

$(B)/test: $(call obj,src/base/test_main.c $(TESTS) $(LIB)) $(B)/gen/assets.o
	$(CC) $(LD_$(V)) -o $@ $^ $(LDLIBS)

$(B)/%_fuzz: $(B)/%_fuzz.o $(call obj,$(LIB)) $(B)/gen/assets.o
	$(CC) $(LD_fuzz) -o $@ $^ $(LDLIBS)

$(B)/%.o: src/%.c | $(GEN)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(BAN) $(if $(filter $<,$(KERNELS)),-O3) -MMD -MP -c -o $@ $<

# The registry of tests, one line a file.
$(B)/gen/tests.inc: $(TESTS) Makefile
	@mkdir -p $(@D)
	@for f in $(TESTS); do echo "TEST_UNIT($$(basename $$f .c))"; done > $@.tmp
	@cmp -s $@.tmp $@ || cp $@.tmp $@; touch $@

# SQL beside its C file becomes a table of named statements.
$(B)/gen/sql.inc: $(SQLS) $(B)/tools/mksql
	@mkdir -p $(@D)
	@$(B)/tools/mksql $(SQLS) > $@.tmp && mv $@.tmp $@

# Data compiled into the binary (assets/*): divisions, surnames, …
$(B)/gen/assets.S: $(wildcard assets/*) tools/mkassets.sh
	@mkdir -p $(@D)
	@tools/mkassets.sh $(wildcard assets/*) > $@.tmp && mv $@.tmp $@
$(B)/gen/assets.o: $(B)/gen/assets.S
	$(CC) -c -o $@ $<

$(B)/tools/%: tools/%.c
	@mkdir -p $(@D)
	$(CC) -std=c17 -D_GNU_SOURCE -O1 -Wall -Wextra -o $@ $<

-include $(patsubst %.o,%.d,$(call obj,$(SRC)))

# ---------------------------------------------------------------- setup
.PHONY: all setup demo check check-all bench fuzz-build fuzz-replay fuzz lint clean test
setup:
	@tools/setup.sh

test: $(B)/test
	@$(B)/test $(T)

lint: $(B)/tools/depcheck $(B)/tools/lint
	@$(B)/tools/depcheck src && $(B)/tools/lint src tools tests bench

demo check check-all bench fuzz: setup
	@tools/$@.sh

clean:
	rm -rf build bin demo
