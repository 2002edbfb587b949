# The verbs of this repository. `make check` is what CI runs, in this order.

LINT  := go tool -modfile=tools/go.mod golangci-lint
BIN   := bin/conshelf
SEEDS ?= 1 2 3 4 5 6 7 8 9 10
FUZZTIME ?= 60s

.PHONY: build demo test check generate lint bench bench-ingest bench-detect bench-kql conformance fuzz fuzz-short golden sim clean cases-detect cases-ca bench-ca

build:
	go build -o $(BIN) ./cmd/conshelf

demo: build # generates a tenant with three attacks, investigates it, prints what was found
	$(BIN) demo --out out/demo --force

test:
	CGO_ENABLED=0 go test ./kql/... # the language needs no database
	go test -timeout=25m ./...

check: generate lint test fuzz-short
	git diff --exit-code # everything generated is committed

generate:
	go generate ./...
	go mod tidy

lint:
	$(LINT) run ./...

bench: # ingest and the whole rule pack over a million simulated sign-ins
	go test -run='^$$' -bench=. -benchtime=1x -timeout=60m ./internal/investigation

ROWS ?= 1000000

bench-ingest: # ROWS sign-ins of 4 KB beside counting their lines, unpacking them and the database's own reader; made once, in the user's cache
	CONSHELF_ROWS=$(ROWS) go test -run='^$$' -bench='^BenchmarkIngest$$' -benchtime=1x -timeout=120m ./internal/engine/duckdb

SIZES ?= 1000000 5000000 20000000

bench-detect: # the rule pack over tenants of SIZES sign-ins beside reading their tables once, each rule's time, peak memory; made once, in the user's cache
	CONSHELF_SIZES="$(SIZES)" go test -run='^$$' -bench='^BenchmarkDetect$$' -benchtime=1x -timeout=120m -v ./internal/engine/duckdb

bench-kql: # query shapes over five million sign-ins beside hand-written SQL; the time to compile published queries
	go test -run='^$$' -bench='^BenchmarkKQL' -benchtime=1x -timeout=60m -v ./internal/engine/duckdb

bench-ca: # one sign-in against a hundred policies; all that policies leave open in a tenant of fifty thousand users; a replay of a million
	go test -run='^$$' -bench=. -benchtime=1s ./internal/condaccess
	go test -run='^$$' -bench=. -benchtime=1x ./internal/condaccess/gaps ./internal/condaccess/replay

conformance: # how many published queries have the rows and columns they should: make conformance CASES=folder
	CONSHELF_CASES="$(abspath $(CASES))" go test -count=1 -v -run '^TestConformance$$' ./internal/conformance

cases-detect: # which single events the rule pack alerts on, and which it should: make cases-detect CASES=file
	CONSHELF_CASES="$(abspath $(CASES))" go test -count=1 -v -run '^TestCases$$' ./internal/trial


cases-ca: # Conditional Access against documented facts and other tools' cases: make cases-ca CASES=folder
	CONSHELF_CASES="$(abspath $(CASES))" go test -count=1 -v -run 'Cases$$' ./internal/condaccess ./internal/baseline

fuzz: # every fuzz target, FUZZTIME each
	@set -e; for dir in $$(grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u); do \
	  for target in $$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' $$dir/*_test.go | cut -c6- | sort -u); do \
	    echo "fuzz $$dir $$target"; \
	    go test -run='^$$' -fuzz="^$$target\$$" -fuzztime=$(FUZZTIME) $$dir; \
	  done; done

fuzz-short:
	@$(MAKE) --no-print-directory fuzz FUZZTIME=2000x

GOLDEN := github.com/conshelf/conshelf/internal/golden

golden: # rewrites our outputs, never a truth; read the diff before you commit it
	go test $$(go list -f '{{$$p := .ImportPath}}{{range .TestImports}}{{if eq . "$(GOLDEN)"}}{{$$p}}{{end}}{{end}}{{range .XTestImports}}{{if eq . "$(GOLDEN)"}}{{$$p}}{{end}}{{end}}' ./...) -update

sim: # the attacks of any seeds, found or not, in a table: make sim SEEDS="7 8 9"
	CONSHELF_SEEDS="$(SEEDS)" go test -count=1 -v -timeout=90m -run '^Test(SimulatedTenants|Stories)$$' ./internal/investigation

clean:
	rm -rf bin out bench.txt
