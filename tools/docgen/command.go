// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/vedette-mail/vedette/internal/config"
)

func settings(context.Context, string) ([]byte, error) { return []byte(config.Reference()), nil }

// commands asks the program for the help of each of its commands.
func commands(ctx context.Context, root string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "docgen-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "vedette")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/vedette")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the program: %w\n%s", err, out)
	}
	top, err := help(ctx, program)
	if err != nil {
		return nil, err
	}
	names := commandNames(top)
	if len(names) == 0 {
		return nil, errors.New("the program's help lists no commands")
	}
	var b bytes.Buffer
	b.WriteString("# Commands\n\nGenerated from the program; do not edit.\n\n" +
		"Exit codes: 0 done, 1 the command failed, 2 it was called wrongly, 3 the configuration is wrong. Of commands that ask a\n" +
		"console also: 4 the token is not valid or does not allow this, 5 it is not there, 6 somebody else was faster or the\n" +
		"thing's state does not allow this, 7 the console cannot be reached or is not well.\n\n")
	fmt.Fprintf(&b, "```\n%s\n```\n", top)
	for _, name := range names {
		text, err := help(ctx, program, strings.Fields(name)...)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "\n## vedette %s\n\n```\n%s\n```\n", name, text)
	}
	return b.Bytes(), nil
}

// help is what the program says to --help, at a width of 80 columns wherever it runs.
func help(ctx context.Context, program string, command ...string) (string, error) {
	c := exec.CommandContext(ctx, program, append(command, "--help")...)
	c.Env = []string{"COLUMNS=80"}
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("%s --help: %w", strings.Join(command, " "), err)
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return strings.TrimSpace(strings.Join(lines, "\n")), nil
}

// commandNames reads the list of commands in the top help: names begin in the third column, their
// descriptions at least two spaces behind them.
func commandNames(top string) []string {
	_, list, _ := strings.Cut(top, "\nCommands:\n")
	var names []string
	line := regexp.MustCompile(`(?m)^  ([a-z]+(?: [a-z]+)*)(?: <\S+>)*  `)
	for _, m := range line.FindAllStringSubmatch(list, -1) {
		names = append(names, m[1])
	}
	return names
}
