// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/config"
)

// Exit codes: 1 the command failed, 2 it was called wrongly, 3 the configuration is wrong.
const (
	exitFailed = 1
	exitUsage  = 2
	exitConfig = 3
)

// commands is the command table.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"Console and gateway in one process."`
	Gateway gatewayCommand `cmd:"" help:"A gateway alone, fed by a console elsewhere."`
	Console consoleCommand `cmd:"" help:"A console alone, for gateways elsewhere."`
	Demo    demoCommand    `cmd:"" help:"A made-up company on loopback, to look around in."`
	Check   struct {
		Config  checkConfigCommand  `cmd:"" help:"Read the configuration and name every mistake in it."`
		Backend checkBackendCommand `cmd:"" help:"Try a mail server and explain what was found."`
	} `cmd:"" help:"Try things out before they matter."`
	Link struct {
		Pin linkPinCommand `cmd:"" help:"Print the pin of the link certificate, making one when there is none."`
	} `cmd:"" help:"The link between gateway and console."`
	Backup  backupCommand  `cmd:"" help:"Write the console's database to a file."`
	Restore restoreCommand `cmd:"" help:"Put a backup in place of the console's database."`
	Admin   struct {
		Setup    adminSetupCommand    `cmd:"" help:"Print a one-time link that makes an administrator."`
		Create   adminCreateCommand   `cmd:"" help:"Make another administrator."`
		Token    adminTokenCommand    `cmd:"" help:"Make an API token."`
		Password adminPasswordCommand `cmd:"" help:"Give an administrator a new password."`
		NewKey   adminNewKeyCommand   `cmd:"" help:"Make a new sealing key in place of one that is lost."`
	} `cmd:"" help:"Break glass: when nobody can sign in."`
	Config struct {
		Reference configReferenceCommand `cmd:"" help:"Print every setting with its meaning (Markdown)."`
	} `cmd:"" help:"About the configuration."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// session is what every command is handed.
type session struct {
	ctx    context.Context
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main without the process around it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var c commands
	exited := -1
	parser, err := kong.New(&c, kong.Name("vedette"),
		kong.Description("Mobile mail access control: which phones hold company mail, and which should not."),
		kong.Writers(stdout, stderr), kong.UsageOnError(), kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(stderr, "vedette:", err)
		return exitFailed
	}
	k, err := parser.Parse(args)
	if exited >= 0 { // --help has been answered
		return exited
	}
	if err != nil {
		fmt.Fprintf(stderr, "vedette: %v\nvedette --help lists the commands, vedette COMMAND --help what one of them takes.\n", err)
		return exitUsage
	}
	err = k.Run(&session{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr})
	return explain(stderr, err)
}

// explain says what went wrong, in words for the person at the terminal, and gives the exit code.
func explain(stderr io.Writer, err error) int {
	var bad *config.Error
	switch {
	case err == nil || errors.Is(err, context.Canceled):
		return 0
	case errors.As(err, &bad):
		fmt.Fprintln(stderr, bad)
		return exitConfig
	case access.TextOf(err) != "":
		fmt.Fprintln(stderr, "vedette:", access.TextOf(err))
		var e *access.Error
		if errors.As(err, &e) && e.Err != nil {
			fmt.Fprintln(stderr, "  ", e.Err)
		}
	default:
		fmt.Fprintln(stderr, "vedette:", err)
	}
	return exitFailed
}
