// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
)

// openAPI describes the routes of a console that has everything and serves nobody.
func openAPI(ctx context.Context, _ string) (text []byte, err error) {
	w, err := newAPIWorld(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	text, err = w.rest.OpenAPI()
	return append(text, '\n'), err
}
