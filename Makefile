# fangpin: make demo | tuned | check | check-all | bench | fuzz | clean. Variants: V=release tuned train asan tsan cov faults fuzz.
V ?= release
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(V),fuzz)
override CC := clang
endif
# Objects of another compiler do not mix with gcc's.
B := build/$(V)$(if $(filter fuzz,$(V)),,$(if $(findstring clang,$(CC)),-clang))
PKGS := sqlite3 libsodium libcrypto libzstd libzip expat xlsxwriter freexl
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules

WARN := -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
        -Wformat=2 -Wundef -Wpointer-arith -Wcast-qual -Wwrite-strings
HARD := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -fvisibility=hidden
OPT_release := -O2 -g $(HARD)
OPT_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -DMEM_FAULTS
OPT_tsan := -O1 -g -fsanitize=thread
OPT_cov := -O0 -g --coverage -DMEM_FAULTS
OPT_faults := -O2 -g $(HARD) -DMEM_FAULTS
# The program that counts how often each branch is taken, and the one made by those counts (tools/tune.sh). What the
# training does not run is compiled as in release. Linked as one whole.
OPT_train := -O2 -g $(HARD) -fprofile-generate -fprofile-update=prefer-atomic
OPT_tuned = -O2 -g $(HARD) -flto=auto $(if $(filter %.o,$@),-fprofile-use=$(@:build/tuned/%.o=build/train/%.gcda) \
            -fprofile-partial-training -fprofile-correction -Wno-missing-profile)
OPT_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LD_release := -pie -Wl,-z,relro,-z,now
LD_asan := -fsanitize=address,undefined
LD_tsan := -fsanitize=thread
LD_cov := --coverage
LD_train := $(LD_release) -fprofile-generate
LD_tuned := $(LD_release) $(HARD) -O2 -flto=auto
LD_fuzz := -fsanitize=fuzzer,address,undefined
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
CFLAGS = -std=c17 -D_GNU_SOURCE -Isrc -I$(B)/gen $(WARN) $(OPT_$(V)) $(EXTRA_CFLAGS) $(PKG_CFLAGS)
LDLIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lpthread
# base/mem.c is the one gate to the heap; all else is compiled under the ban list.
# xlsxwriter.h has macros that name what is banned: it comes first where it is used.
BAN = $(if $(filter src/sheet/write%,$<),-include xlsxwriter.h) $(if $(filter src/base/mem.c,$<),,-include src/base/banned.h)

SRC := $(sort $(wildcard src/*/*.c))
TESTS := $(filter %_test.c,$(SRC))
FUZZ := $(filter %_fuzz.c,$(SRC))
HARNESS := src/base/test.c src/base/test_main.c
LIB := $(filter-out $(TESTS) $(FUZZ) $(HARNESS) src/app/main.c,$(SRC))
# Kernels are worth -O3 (measured: gcc -O2 leaves most of the vectorisation undone).
KERNELS := $(filter %_kernels.c,$(LIB))
SQLS := $(sort $(wildcard src/*/*.sql))
ASSETS := assets/han.bin $(B)/gen/divisions.bin

obj = $(patsubst src/%.c,$(B)/%.o,$(1))
GEN := $(B)/gen/tests.inc $(B)/gen/sql.inc

all: bin/fangpin

bin/fangpin: $(B)/fangpin
	@mkdir -p bin && cp $< $@.tmp && mv $@.tmp $@

$(B)/fangpin: $(call obj,src/app/main.c $(LIB)) $(B)/gen/assets.o
	$(CC) $(LD_$(V)) -o $@ $^ $(LDLIBS)

# In the test binary alone system calls go through src/base/io_fault_test.c, which can make them fail.
FAULTY := open read write pwrite fsync rename close fwrite fflush fclose mkdir flock opendir readdir getrandom
$(B)/test: $(call obj,$(HARNESS) $(TESTS) $(LIB)) $(B)/gen/assets.o
	$(CC) $(LD_$(V)) $(FAULTY:%=-Wl,--wrap=%) -o $@ $^ $(LDLIBS)

$(B)/%_fuzz: $(B)/%_fuzz.o $(call obj,$(LIB)) $(B)/gen/assets.o
	$(CC) $(LD_fuzz) -o $@ $^ $(LDLIBS)

$(B)/%.o: src/%.c $(if $(filter tuned,$(V)),build/train/profile) | $(GEN)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(BAN) $(if $(filter release train tuned,$(V)),$(if $(filter $<,$(KERNELS)),-O3)) -MMD -MP -c -o $@ $<

# The counts of the training, newer than the program that they were counted with.
build/train/profile: FORCE
	@tools/train.sh

# The program as it is to be installed: bin/fangpin, built by the counts of a training (docs/adr/0010).
tuned:
	@$(MAKE) -s V=tuned all

# Generated files are remade each time (FORCE) but only touched when they change, so that added and removed files count.
keep = if cmp -s $@.tmp $@; then rm $@.tmp; else mv $@.tmp $@; fi

# The registry of tests, one line a file.
$(B)/gen/tests.inc: FORCE
	@mkdir -p $(@D)
	@for f in $(TESTS); do echo "TEST_UNIT($$(basename $$f .c))"; done > $@.tmp; $(keep)

# SQL beside its C file becomes a table of named statements.
$(B)/gen/sql.inc: $(SQLS) $(B)/tools/mksql FORCE
	@mkdir -p $(@D)
	@$(B)/tools/mksql $(SQLS) > $@.tmp && { $(keep); }

# Data compiled into the binary.
$(B)/gen/assets.S: $(ASSETS) FORCE
	@mkdir -p $(@D)
	@tools/mkassets.sh $(ASSETS) > $@.tmp && { $(keep); }
$(B)/gen/assets.o: $(B)/gen/assets.S $(ASSETS)
	$(CC) -c -o $@ $<

# The list of divisions in the form that is read where it lies.
$(B)/gen/divisions.bin: assets/divisions.zst $(B)/tools/mkunits
	@mkdir -p $(@D)
	@$(B)/tools/mkunits $< > $@

$(B)/tools/%: tools/%.c tools/tool.h
	@mkdir -p $(@D)
	$(CC) -std=c17 -D_GNU_SOURCE -O1 -Wall -Wextra -o $@ $< $(if $(filter mkunits,$*),$(shell pkg-config --libs libzstd))

# The benchmark's workload generator: a program of its own on the base library.
$(B)/bench/gen: bench/gen.c $(call obj,$(filter src/base/%,$(LIB)))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(BAN) $(LD_$(V)) -o $@ $^ $(LDLIBS)

# The vector VM's benchmark needs the program's lower half.
$(B)/bench/vm_bench: bench/vm_bench.c $(call obj,$(filter src/base/% src/columns/% src/ident/% src/book/% src/rules/%,$(LIB))) $(B)/gen/assets.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(BAN) $(LD_$(V)) -o $@ $^ $(LDLIBS)

# These benchmarks are the whole program but its main.
$(B)/bench/warm $(B)/bench/xlsx $(B)/bench/csv_bench: $(B)/bench/%: bench/%.c $(call obj,$(LIB)) $(B)/gen/assets.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(BAN) $(LD_$(V)) -o $@ $^ $(LDLIBS)

# What both matching benchmarks are made of.
$(B)/bench/match_gen: bench/match_gen.c bench/folk.c bench/folk.h
$(B)/bench/match_odd: bench/match_odd.c bench/odd_table.c bench/odd_table.h bench/folk.c bench/folk.h
$(B)/bench/match_gen $(B)/bench/match_odd: $(call obj,$(LIB)) $(B)/gen/assets.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(BAN) -Ibench $(LD_$(V)) -o $@ $(filter-out %.h,$^) $(LDLIBS)

# Programs of bench/: all but what they share.
benches: $(patsubst bench/%.c,$(B)/bench/%,$(filter-out bench/folk.c bench/odd_table.c,$(wildcard bench/*.c)))

# Benchmarks of one module, on the two lowest folders they may use.
$(B)/bench/%: bench/%.c $(call obj,$(filter src/base/% src/columns/%,$(LIB)))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(BAN) $(LD_$(V)) -o $@ $^ $(LDLIBS)

-include $(patsubst %.o,%.d,$(call obj,$(SRC)))

# ---------------------------------------------------------------- setup
.PHONY: all tuned benches setup setup-check setup-all headers demo check check-all bench fuzz fuzz-build warnings lint clean test FORCE
FORCE:

setup setup-check setup-all:
	@tools/setup.sh $(@:setup-%=%)

test: $(B)/test
	@$(B)/test $(T)

# What clang warns of in all that the fuzzers, which are built with it, are not made of (make CC=clang warnings).
warnings: $(patsubst %,%.warned,$(filter-out $(LIB) $(FUZZ),$(SRC)))
%.c.warned: %.c $(GEN)
	@$(CC) $(CFLAGS) $(BAN) -fsyntax-only $<

# Each header compiles by itself.
headers: $(patsubst %,%.alone,$(wildcard src/*/*.h))
%.h.alone: %.h $(GEN)
	@echo '#include "$(<:src/%=%)"' | $(CC) $(CFLAGS) -fsyntax-only -x c -

# The fuzzers (make V=fuzz fuzz-build).
fuzz-build: $(FUZZ:src/%.c=$(B)/%)

lint: $(B)/tools/depcheck $(B)/tools/lint
	@$(B)/tools/depcheck src && $(B)/tools/lint src tools tests bench

# Fuzzers and the warnings of a second compiler need more than the program does.
check fuzz: setup-check
check-all: setup-all
demo bench tuned: setup
# They call make themselves: each after all that was asked for besides, and after the one before it, or two makes write
# the same files.
RUNS := demo check check-all bench fuzz
previous := $(filter-out $(RUNS),$(MAKECMDGOALS))
$(foreach r,$(filter $(RUNS),$(MAKECMDGOALS)),$(eval $(r): | $(previous))$(eval previous := $(r)))
$(RUNS):
	@tools/$@.sh

clean:
	rm -rf build bin demo
