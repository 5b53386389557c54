// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package proto holds the messages of the link as they travel, generated from link.proto. Only control
// comes in, and only the code in its wire files turns them into words of the domain and back.
//
// To make it anew, protoc and the two plugins of the module's tool list are needed; "go generate" in
// this folder builds the plugins and runs it.
package proto

//go:generate sh -c "protoc --plugin=protoc-gen-go=`go tool -n protoc-gen-go` --plugin=protoc-gen-connect-go=`go tool -n protoc-gen-connect-go` --proto_path=. --go_out=. --go_opt=paths=source_relative --connect-go_out=. --connect-go_opt=paths=source_relative,package_suffix link.proto"
