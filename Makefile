# What there is to do here; each target is one script that says at its head what it does.
# The first run of each compiles for several minutes; all but the compiling takes seconds.

.PHONY: help run test check dev bench crash faults setup build dist deb deb-test docs screenshots prepare fmt

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 18

run: ## set up, build, load demo data and serve at http://127.0.0.1:3000
	@scripts/run.sh

test: ## all tests: Rust with Postgres, then flows in a browser
	@scripts/test.sh

check: ## formatting, lints, guards, query metadata, wasm size
	@scripts/check.sh

dev: ## build, serve, and build again whenever a file is saved
	@scripts/dev.sh

bench: ## measure the release build
	@scripts/bench.sh

crash: ## kill the server 200 times while it takes in events, and recordings; check the ledger
	@NEXTEST_PROFILE=crash RAPPORT_KILL_POINTS=200 scripts/test.sh --rust kill_9

faults: ## stop, pause and fill up what the server needs, and check what it promised
	@scripts/faults.sh

setup: ## install what is missing, for the tests too
	@scripts/setup.sh --tests

build: setup ## the release build alone
	@scripts/build.sh --release

dist: setup ## one binary with everything in it, and its sizes
	@scripts/dist.sh

deb: setup ## the same as a Debian package
	@scripts/dist.sh --deb

deb-test: ## install that package into a clean root, and set it up, back it up and restore it there
	@scripts/deb_test.sh

docs: ## the book, in target/book
	@scripts/docs.sh

screenshots: setup ## take the pictures of docs/screenshots anew
	@scripts/screenshots.sh

prepare: ## renew .sqlx after a change to a query or a migration
	@scripts/prepare.sh

fmt: ## format the Rust code and the style sheets
	@cargo fmt --all
	@end2end/node_modules/.bin/biome format --write style
