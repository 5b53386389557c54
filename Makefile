# SPDX-FileCopyrightText: The Vedette Authors
# SPDX-License-Identifier: Apache-2.0

# Two commands matter: make demo shows the product, make test checks it all.

.PHONY: build assets demo test check fuzz bench generate clean
.DEFAULT_GOAL := build

# bin/vedette, static; the console's assets first when their inputs changed.
build:
	tools/assets
	CGO_ENABLED=0 go build -trimpath -o bin/vedette ./cmd/vedette

# Style sheet, script and icons of the pages, when their inputs changed.
assets:
	tools/assets

# The whole product on loopback with a made-up company; Ctrl-C ends it.
demo: build
	bin/vedette demo

# Everything a change must pass (tools/test says what).
test:
	tools/test

# The quick half: what an editor should have told you.
check:
	tools/test --quick

# Every fuzz target for FUZZTIME (10s).
fuzz:
	tools/fuzz

# CPU and memory beside nginx, HAProxy and ReverseProxy, with policies and without; storms and changes of policy;
# lists, matcher and a start among 1,000,000 records.
# Takes hours.
bench: build
	tools/real-parts install bench
	tools/bench

# Files made from other files; make test checks that they are current.
generate:
	tools/generate

clean:
	rm -rf bin bench-results internal/web/assets/dist internal/web/assets/node_modules test/browser/node_modules
