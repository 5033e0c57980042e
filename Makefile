# `make` alone lists what there is to make.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:

PREFIX ?= /usr/local
DESTDIR ?=
CASE ?=
BASE ?=
UPDATE ?=
TIME ?= 60
FILE ?=
FUZZ := .build/fuzz
SEED ?=
WISHED = $(or $(SEED),random)

QCTL := .build/release/qctl
# `find`, not git: a release tarball has no repository.
SCRIPTS = .ci/run $$(find . -path ./.build -prune -o -name '*.sh' -print)
# The pages carry the date of their release, never that of the day they were generated.
GENERATE := env -u SOURCE_DATE_EPOCH $(QCTL) generate --output-directory

BIN := $(DESTDIR)$(PREFIX)/bin
MAN := $(DESTDIR)$(PREFIX)/share/man
SHARE := $(DESTDIR)$(PREFIX)/share/qctl
SCHEMAS := $(SHARE)/schemas
SHARED := packaging/prometheus-rules.yml packaging/logrotate packaging/qctl-log.lnav.json
UNITS := $(DESTDIR)$(PREFIX)/lib/systemd/system
BASH_COMPLETIONS := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
# Debian's zsh reads vendor-completions below /usr, and site-functions below /usr/local.
ZSH_FOLDER := $(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)
ZSH_COMPLETIONS := $(DESTDIR)$(PREFIX)/share/zsh/$(ZSH_FOLDER)
FISH_COMPLETIONS := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

.PHONY: help demo build test torture fuzz check format generate bench bench-compare check-perf install uninstall deb clean \
  deps test-deps bench-deps format-check imports-check generate-check scripts-check manual-check \
  packaging-check

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## show qctl at work, in a scratch folder
	@sh Tests/Demo/demo.sh $(QCTL)

build: deps ## build .build/release/qctl, one fully static executable
	swift build -c release --product qctl -Xswiftc -static-executable

# HOME is set aside for the tests alone: the compiler's caches stay where they are.
test: test-deps build ## run all tests against the release binary
	swift build --build-tests
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT INT TERM \
	&& mkdir -m 700 "$$scratch/home" "$$scratch/run" \
	&& echo 'swift test' \
	&& env HOME="$$scratch/home" \
	  XDG_CONFIG_HOME="$$scratch/home/config" XDG_CONFIG_DIRS="$$scratch/home/etc" \
	  XDG_DATA_HOME="$$scratch/home/data" XDG_STATE_HOME="$$scratch/home/state" \
	  XDG_CACHE_HOME="$$scratch/home/cache" XDG_RUNTIME_DIR="$$scratch/run" \
	  QCTL_BINARY="$(CURDIR)/$(QCTL)" sh Tests/failures-last.sh swift test --skip-build

# A history that breaks a rule is kept, to be judged again.
torture: test-deps build ## kill at random, on each store, for half an hour (SEED=… repeats)
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT INT TERM \
	&& scripts="$(CURDIR)/Tests/ScenarioTests/Scripts" PATH="$(CURDIR)/.build/release:$$PATH" \
	&& cd "$$scratch" && env HOME="$$scratch" XDG_CONFIG_HOME="$$scratch/config" \
	  PYTHONDONTWRITEBYTECODE=1 QCTL_FLOW=5000 QCTL_KEEP="$(CURDIR)/.build" \
	  QCTL_TORTURE_SEED='$(WISHED)' QCTL_HISTORY_SEED='$(WISHED)' \
	  QCTL_TEST_SEED='$(WISHED)' QCTL_POINTS="$${QCTL_POINTS:-300}" sh -c ' \
	    python3 "$$0/torture.py" 8 4 2000 20000 && python3 "$$0/torture.py" --lines 8 4 500 20000 \
	    && python3 "$$0/history" --kills 1000 \
	    && python3 "$$0/contention.py" a-long-reader-does-no-lasting-harm \
	    && python3 "$$0/readers.py" && python3 "$$0/between.py" \
	    && QCTL_KILLS=300 QCTL_CHAINS=200 QCTL_POINTS=all python3 "$$0/chains.py" \
	    && python3 "$$0/migrate.py" 100000 a.db dir:b c.db whole' "$$scripts"

# Guided by coverage where the toolchain brings libFuzzer, as it does on Linux. What was learnt stays
# in the corpus; a failing input is kept beside it, and is run alone by naming it as FILE.
fuzz: deps ## try every parser on hostile inputs, guided by coverage (TIME seconds, or one FILE)
	swift build -c release --product qctl-fuzz --scratch-path $(FUZZ) -Xswiftc -enable-testing \
	  -Xswiftc -sanitize=fuzzer -Xswiftc -DCOVERAGE -Xswiftc -use-ld=lld
	mkdir -p $(FUZZ)/corpus
	$(FUZZ)/release/qctl-fuzz -max_total_time=$(TIME) -timeout=10 -rss_limit_mb=2048 \
	  -max_len=4096 -artifact_prefix=$(FUZZ)/ -print_final_stats=1 $(or $(FILE),$(FUZZ)/corpus)

check: ## verify format, scripts, imports, generated files, manual, packaging
check: test-deps format-check scripts-check imports-check generate-check manual-check \
  packaging-check

format: ## format the Swift sources in place
	swift format --in-place --recursive Package.swift Sources Tests

generate: build ## write man/ and completions/ from the command table
	rm -rf man completions
	$(GENERATE) .

bench: bench-deps build bench-build ## measure qctl, its limits and its peers (CASE=1,2 for some)
	python3 Tests/Benchmarks/bench.py '$(CASE)'

bench-compare: base-given bench-deps build bench-build ## measure against another revision (BASE=REV, CASE=1,2)
	python3 Tests/Benchmarks/compare.py '$(BASE)' '$(CASE)'

# Not a part of `check`: a count is of one toolchain, and a gain must be recorded as well.
check-perf: bench-deps build bench-build ## compare instruction counts (UPDATE=1 records them)
	python3 Tests/Benchmarks/check_perf.py $(if $(UPDATE),--update)

.PHONY: base-given bench-build
base-given:
	@test -n '$(BASE)' || { echo 'make bench-compare: say BASE=REVISION' >&2; exit 2; }

bench-build:
	swift build -c release --product qctl-bench -Xswiftc -static-executable

install: $(QCTL) ## install binary, manual, completion, schemas, formats, units (PREFIX, DESTDIR)
	install -d '$(BIN)' '$(MAN)/man1' '$(MAN)/man5' '$(MAN)/man7' '$(SCHEMAS)' '$(UNITS)'
	install -d '$(ZSH_COMPLETIONS)' '$(FISH_COMPLETIONS)'
	install -m 755 $(QCTL) '$(BIN)/qctl'
	for page in man/*; do \
	  install -m 644 "$$page" "$(MAN)/man$${page##*.}/$${page##*/}" || exit 1; done
	install -d '$(BASH_COMPLETIONS)'
	install -m 644 completions/qctl.bash '$(BASH_COMPLETIONS)/qctl'
	install -m 644 completions/_qctl '$(ZSH_COMPLETIONS)/_qctl'
	install -m 644 completions/qctl.fish '$(FISH_COMPLETIONS)/qctl.fish'
	install -m 644 packaging/schemas/*.json '$(SCHEMAS)'
	install -m 644 $(SHARED) '$(SHARE)'
	for unit in packaging/*.service packaging/*.timer; do \
	  sed 's#/usr/bin/qctl#$(PREFIX)/bin/qctl#' "$$unit" >"$(UNITS)/$${unit##*/}" \
	  && chmod 644 "$(UNITS)/$${unit##*/}" || exit 1; done

uninstall: ## remove what install put there
	rm -f '$(BIN)/qctl'
	rm -f '$(BASH_COMPLETIONS)/qctl'
	rm -f '$(ZSH_COMPLETIONS)/_qctl' '$(FISH_COMPLETIONS)/qctl.fish'
	for unit in packaging/*.service packaging/*.timer; do rm -f "$(UNITS)/$${unit##*/}"; done
	for file in $(SHARED); do rm -f "$(SHARE)/$${file##*/}"; done
	for file in packaging/schemas/*; do rm -f "$(SCHEMAS)/$${file##*/}"; done
	for page in man/*; do rm -f "$(MAN)/man$${page##*.}/$${page##*/}"; done
	for folder in '$(SCHEMAS)' '$(SHARE)'; do \
	  test ! -d "$$folder" || rmdir --ignore-fail-on-non-empty "$$folder"; done

deb: build ## build a Debian package, .build/deb/qctl_VERSION_ARCHITECTURE.deb
	@sh packaging/deb/build.sh $(QCTL) .build/deb

clean: ## remove everything that was built
	rm -rf .build

# Only where there is none yet: `sudo make install` must not compile as root.
$(QCTL):
	$(MAKE) build

deps:
	@sh Tests/install-dependencies.sh build

test-deps:
	@sh Tests/install-dependencies.sh test

bench-deps:
	@sh Tests/install-dependencies.sh bench

format-check:
	swift format lint --strict --recursive Package.swift Sources Tests

# SwiftPM lets a room import a sibling it never declared, unless told.
imports-check: deps
	swift build --build-tests --explicit-target-dependency-import-check error

generate-check: build
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT INT TERM \
	&& $(GENERATE) "$$scratch" \
	&& if diff -r "$$scratch/man" man && diff -r "$$scratch/completions" completions; \
	  then echo 'man/ and completions/ are fresh'; \
	  else echo 'man/ or completions/ is stale: run `make generate`' >&2; exit 1; fi

scripts-check:
	shellcheck $(SCRIPTS) completions/qctl.bash
	zsh -n completions/_qctl
	fish --no-execute completions/qctl.fish

manual-check:
	sh packaging/check-manual.sh man/*

packaging-check: build
	sh packaging/check.sh $(QCTL)
	sh packaging/check-install.sh
	sh packaging/deb/check.sh $(QCTL)
