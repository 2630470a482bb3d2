# Groundmill's commands. `make` alone lists them.
#
# Every target installs what it needs, by package name, pinned and checksummed:
# ONNX Runtime by npm (internal/fetch/onnxruntime.sh), the independent Parquet
# readers of the tests and the peers of the phrase extractor by npm and pip
# (schema/testdata/readers, internal/phrasebench/peers), Go modules by go.sum.
# Nothing is installed outside this folder, but for libjpeg's headers and Chromium
# where they are missing.

SHELL := /bin/bash -o pipefail
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

ORT := .ort/libonnxruntime.so.1
READERS := .cache/readers
PEERS := .cache/peers
CACHE_BEAM := .cache/beam
CACHE_REVIEW := .cache/review
CAPTIONS := ../shared/data/captions
OUT := out/demo
export CGO_ENABLED = 1
# What the attacks of internal/soak run.
PROGRAMS := GROUNDMILL_RUNNER=$(CURDIR)/bin/runner GROUNDMILL_BOOT=$(CURDIR)/bin/boot GROUNDMILL_PRISM=$(CURDIR)/bin/prism
export ONNXRUNTIME_SHARED_LIBRARY_PATH ?=

# Packages whose tests also run under the race detector: all that share memory
# between goroutines.
RACE := ./teacher ./teacher/glip ./teacher/guard ./teacher/ort ./teacher/raster ./teacher/wordpiece ./extract/... ./internal/audit ./internal/diff ./internal/picture ./internal/progress ./internal/storage/... ./internal/teacherbench ./pipelines/... ./schema ./schema/internal/chunk

.PHONY: help
help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/runner
	go build -o bin/ ./cmd/runner

.PHONY: build-turbo
build-turbo: libjpeg ## build bin/runner with libjpeg-turbo as its JPEG decoder
	go build -tags turbojpeg -o bin/ ./cmd/runner

# For the worker image (configs/container); the version is go.mod's.
.PHONY: boot
boot: ## build bin/boot, Beam's start program of workers
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/boot github.com/apache/beam/sdks/v2/go/container

# Prism as a server: the engine of the tests, and the smallest cluster there is.
.PHONY: prism
prism: ## build bin/prism, a Beam job server for one machine
	go build -trimpath -ldflags='-s -w' -o bin/prism github.com/apache/beam/sdks/v2/go/cmd/prism

.PHONY: container-check
container-check: build boot ## check that bin/runner and bin/boot load in the worker image
	@for file in bin/runner bin/boot; do sh configs/container/glibc.sh $$file || exit 1; done

# The headers that the build tag turbojpeg needs, from the system's packages.
.PHONY: libjpeg
libjpeg:
	@printf '#include <stdio.h>\n#include <jpeglib.h>\n' | $(CC) -E -o /dev/null - 2>/dev/null || \
	  { [ "$$(id -u)" = 0 ] || sudo=sudo; $$sudo apt-get update -qq && $$sudo apt-get install -qq -y libjpeg-dev >/dev/null; } || \
	  { echo "libjpeg-turbo's headers are missing: install libjpeg-dev (Debian, Ubuntu) or libjpeg-turbo-devel (Fedora)"; exit 1; }

# The browser that the tests look at HTML pages with, from the system's packages.
.PHONY: chromium
chromium:
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do command -v $$name >/dev/null && exit 0; done; \
	  { [ "$$(id -u)" = 0 ] || sudo=sudo; $$sudo apt-get update -qq && $$sudo apt-get install -qq -y chromium >/dev/null; } || \
	  { echo "Chromium is missing: install chromium (Debian, Fedora) or Google Chrome"; exit 1; }

.PHONY: ort
ort: ## fetch the pinned ONNX Runtime into .ort/
	@sh internal/fetch/onnxruntime.sh

# The independent readers that check our Parquet files: pyarrow and datasets in a
# virtual environment, DuckDB as a node module. npm install, not ci: the lock
# leaves out DuckDB's bindings for other platforms. pycocotools, beside them, is
# what `runner evaluate coco` is compared with.
.PHONY: readers
readers: $(READERS)/.done ## fetch pyarrow, datasets, DuckDB and pycocotools for the tests

$(READERS)/.done: $(wildcard schema/testdata/readers/*.txt schema/testdata/readers/*.json)
	@mkdir -p $(READERS)
	python3 -m venv $(READERS)/venv
	$(READERS)/venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r schema/testdata/readers/requirements.txt
	cp schema/testdata/readers/package.json schema/testdata/readers/package-lock.json $(READERS)/
	npm install --prefix $(READERS) --silent --no-audit --no-fund
	@touch $@

bin/tiny.onnx: testdata/tiny.pth | build ort
	bin/runner teacher import testdata/tiny.pth -o $@

.PHONY: demo
demo: build ort bin/tiny.onnx ## label the bundled scenes, draw them as an HTML page and compare them with gold
	@rm -rf $(OUT)
	bin/runner annotate --config configs/demo.yaml --set output.dir=$(OUT)
	bin/runner inspect $(OUT) --html out/demo.html --input testdata/demo
	@echo
	bin/runner evaluate scenes -o out/demo-gold.parquet testdata/demo
	bin/runner evaluate gold --gold out/demo-gold.parquet --results $(OUT)
	@echo
	@echo "Labels: $(OUT)/data    Page: out/demo.html"

.PHONY: test
test: lint ort readers libjpeg chromium build prism container-check bin/tiny.onnx ## everything CI runs
	GROUNDMILL_REQUIRE_READERS=1 GROUNDMILL_REQUIRE_ORT=1 GROUNDMILL_REQUIRE_CHROMIUM=1 $(PROGRAMS) go test -timeout 20m ./...
	GROUNDMILL_REQUIRE_ORT=1 go test -timeout 20m -race -short $(RACE)
	go vet -tags turbojpeg ./teacher/raster
	go test -race -short -tags turbojpeg ./teacher/raster

# The peers of the phrase extractor: NLTK and spaCy in a virtual environment,
# winkNLP and compromise as node modules.
.PHONY: peers
peers: $(PEERS)/.done ## fetch what phrase extraction is compared with

$(PEERS)/.done: $(wildcard internal/phrasebench/peers/*.txt internal/phrasebench/peers/*.json)
	@mkdir -p $(PEERS)
	python3 -m venv $(PEERS)/venv
	$(PEERS)/venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r internal/phrasebench/peers/requirements.txt
	cp internal/phrasebench/peers/package.json internal/phrasebench/peers/package-lock.json $(PEERS)/
	npm ci --prefix $(PEERS) --silent --no-audit --no-fund
	@touch $@

.PHONY: bench
bench: build ort bin/tiny.onnx $(READERS)/.done ## measure, and rewrite docs/benchmarks.md and docs/phrases.md
	go run ./internal/bench
	@$(MAKE) --no-print-directory bench-phrases

# Without the captions, which are not part of the repository, nothing is fetched
# and nothing is measured.
.PHONY: bench-phrases
bench-phrases: $(if $(wildcard $(CAPTIONS)),$(PEERS)/.done) ## compare phrase extraction with its peers, and rewrite docs/phrases.md
	go run ./internal/phrasebench -data $(CAPTIONS) -peers $(PEERS)

# The engines that the same attacks run on; each starts its job server, runs them,
# and ends it. See docs/flink.md.
.PHONY: test-flink
test-flink: build boot ## attack runs on Flink, by Beam's job server from Maven
	$(PROGRAMS) sh internal/soak/flink.sh .cache/flink go test -v -count=1 -timeout 30m -run Engine ./internal/soak

.PHONY: test-cluster
test-cluster: build boot $(CACHE_BEAM)/.done ## attack runs on Beam's Python runner, a second engine
	$(PROGRAMS) sh internal/soak/pythonrunner.sh $(CACHE_BEAM)/venv go test -v -count=1 -timeout 30m -run Engine ./internal/soak

$(CACHE_BEAM)/.done: internal/soak/testdata/engine/requirements.txt
	@mkdir -p $(CACHE_BEAM)
	python3 -m venv $(CACHE_BEAM)/venv
	$(CACHE_BEAM)/venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

# What people judge boxes in, by the tools' own packages; over a GB of them.
.PHONY: test-review
test-review: $(CACHE_REVIEW)/.done ## let Label Studio's SDK and FiftyOne read what review export writes
	GROUNDMILL_REVIEW_TOOLS=$(CURDIR)/$(CACHE_REVIEW)/venv/bin/python go test -v -count=1 -run Tools ./internal/review

$(CACHE_REVIEW)/.done: internal/review/testdata/tools/requirements.txt
	@mkdir -p $(CACHE_REVIEW)
	python3 -m venv $(CACHE_REVIEW)/venv
	$(CACHE_REVIEW)/venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

KILLS := 200
.PHONY: soak
soak: build ## kill real runs KILLS (200) times at random moments and compare every byte
	$(PROGRAMS) go test -v -timeout 60m -run Kill ./internal/soak -soak.kills=$(KILLS)

FUZZTIME := 30s
.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (30s) each
	@for file in $$(grep -rl --include='*_test.go' '^func Fuzz' .); do \
	  for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' $$file); do \
	    go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) ./$$(dirname $$file) || exit 1; \
	  done; \
	done

.PHONY: lint
lint: ## formatting, vet and staticcheck
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$unformatted" ] || { echo "not gofmt-ed: $$unformatted"; exit 1; }
	go vet ./...
	go tool staticcheck ./...

.PHONY: clean
clean: ## remove what was built, not what was fetched
	rm -rf bin out
