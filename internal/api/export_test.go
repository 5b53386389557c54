// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Conforms says in what an answer is not what the description promises: a status it does not name, a media
// type, a property that is missing, has another type or is not described. Answers to what no route is for
// are not described.
func (s *Server) Conforms(method, path string, status int, header http.Header, body []byte) error {
	op := s.described(method, path)
	if op == nil {
		return nil
	}
	r := op.Responses[strconv.Itoa(status)]
	if r == nil {
		return fmt.Errorf("%s is not described to answer %d", op.OperationID, status)
	}
	mediaType, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	content := r.Content[mediaType]
	if content == nil {
		return fmt.Errorf("%s is not described to answer %d with %q", op.OperationID, status, mediaType)
	}
	for name := range header {
		if (name == "Etag" || name == "Location") && r.Headers[name] == nil && r.Headers["ETag"] == nil {
			return fmt.Errorf("%s is not described to answer with the header %s", op.OperationID, name)
		}
	}
	if mediaType == "text/event-stream" || content.Schema == nil {
		return nil
	}
	parts := [][]byte{body}
	if mediaType == linesType {
		parts = bytes.Split(bytes.TrimSuffix(body, []byte("\n")), []byte("\n"))
	}
	for _, part := range parts {
		if mediaType == linesType && len(part) == 0 {
			continue
		}
		var v any
		if err := json.Unmarshal(part, &v); err != nil {
			return fmt.Errorf("%s: %w: %s", op.OperationID, err, part)
		}
		var res huma.ValidateResult
		huma.Validate(s.api.OpenAPI().Components.Schemas, content.Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, &res)
		if len(res.Errors) > 0 {
			return fmt.Errorf("%s: %w: %s", op.OperationID, res.Errors[0], part)
		}
	}
	return nil
}

// described finds the operation that a request is for.
func (s *Server) described(method, path string) *huma.Operation {
	mux := http.NewServeMux()
	found := map[string]*huma.Operation{}
	for p, item := range s.api.OpenAPI().Paths {
		for m, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "DELETE": item.Delete, "PATCH": item.Patch} {
			if op != nil {
				mux.HandleFunc(m+" "+Prefix+p, func(http.ResponseWriter, *http.Request) {})
				found[m+" "+Prefix+p] = op
			}
		}
	}
	r, err := http.NewRequest(method, path, nil)
	if err != nil {
		return nil
	}
	_, pattern := mux.Handler(r)
	return found[pattern]
}

// SetBeat makes idle streams look at their tokens more often.
func (s *Server) SetBeat(d time.Duration) { s.beat = d }
