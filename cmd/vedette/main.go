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

// Exit codes: 1 the command failed, 2 it was called wrongly, 3 the configuration is wrong. Those of commands
// that ask a console are in client.go.
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
		Outside checkOutsideCommand `cmd:"" help:"Look from here which ways to mail a mail server offers to strangers."`
	} `cmd:"" help:"Try things out before they matter."`
	Link struct {
		Pin linkPinCommand `cmd:"" help:"Print the pin of the link certificate, making one when there is none."`
	} `cmd:"" help:"The link between gateway and console."`
	Backup  backupCommand  `cmd:"" help:"Write the console's database to a file."`
	Restore restoreCommand `cmd:"" help:"Put a backup in place of the console's database."`
	Admin   struct {
		Try      adminTryCommand      `cmd:"" help:"Ask the rules: what would a gateway say in the situations that a script describes?"`
		Setup    adminSetupCommand    `cmd:"" help:"Print a one-time link that makes an administrator."`
		List     adminListCommand     `cmd:"" help:"List the administrators."`
		Create   adminCreateCommand   `cmd:"" help:"Make another administrator."`
		Role     adminRoleCommand     `cmd:"" help:"Give an administrator another role or other groups."`
		Disable  adminDisableCommand  `cmd:"" help:"Keep an administrator from signing in."`
		Enable   adminEnableCommand   `cmd:"" help:"Let an administrator sign in again."`
		Delete   adminDeleteCommand   `cmd:"" help:"Remove an administrator, with tokens and passkeys."`
		Password adminPasswordCommand `cmd:"" help:"Give an administrator a new password, without second factor."`
		Factor   adminFactorCommand   `cmd:"" help:"Remove an administrator's one-time code, recovery codes and passkeys."`
		Token    adminTokenCommand    `cmd:"" help:"Make an API token."`
		Tokens   adminTokensCommand   `cmd:"" help:"List the API tokens."`
		Revoke   adminRevokeCommand   `cmd:"" help:"Take an API token back."`
		SignOut  adminSignOutCommand  `cmd:"" help:"End every session of an administrator."`
		NewKey   adminNewKeyCommand   `cmd:"" help:"Make a new sealing key in place of one that is lost; secrets such as the provider's have to be entered again."`
	} `cmd:"" help:"Break glass: when nobody can sign in."`
	Config struct {
		Reference configReferenceCommand `cmd:"" help:"Print every setting with its meaning (Markdown)."`
	} `cmd:"" help:"About the configuration."`
	Association struct {
		List       associationListCommand     `cmd:"" help:"List records: accounts on devices."`
		Show       associationShowCommand     `cmd:"" help:"Show one record."`
		Allow      associationAllowCommand    `cmd:"" help:"Let one account on one device through."`
		Block      associationBlockCommand    `cmd:"" help:"Refuse one account on one device from its next request on."`
		End        associationEndCommand      `cmd:"" help:"Take back an Allow or Block."`
		Comment    associationCommentCommand  `cmd:"" help:"Replace the comment."`
		Candidates candidateListCommand       `cmd:"" help:"List the devices a record may belong to."`
		Link       associationLinkCommand     `cmd:"" help:"Link a record to a device."`
		MakeUser   associationMakeUserCommand `cmd:"" help:"Make a local user of an account that belongs to nobody."`
		Give       associationGiveCommand     `cmd:"" help:"Give an account that belongs to nobody to a user."`
		Unlink     associationUnlinkCommand   `cmd:"" help:"Take a record off its device."`
		Match      associationMatchCommand    `cmd:"" help:"Give a record back to the matcher."`
		Remove     associationRemoveCommand   `cmd:"" help:"Take a record off the list."`
		Export     associationExportCommand   `cmd:"" help:"Export all records that match (CSV)."`
	} `cmd:"" help:"Ask a console: records."`
	Device struct {
		List       deviceListCommand       `cmd:"" help:"List devices."`
		Show       deviceShowCommand       `cmd:"" help:"Show one device."`
		Add        deviceAddCommand        `cmd:"" help:"Register a device."`
		Register   deviceRegisterCommand   `cmd:"" help:"Register a phone that waits."`
		Activate   deviceActivateCommand   `cmd:"" help:"Take a device into use."`
		Lose       deviceLoseCommand       `cmd:"" help:"Mark a device as lost: its phone is refused."`
		Find       deviceFindCommand       `cmd:"" help:"Mark a lost device as found."`
		Retire     deviceRetireCommand     `cmd:"" help:"Take a device out of use: its phone is refused."`
		Compliance deviceComplianceCommand `cmd:"" help:"Say whether a device keeps its security policy."`
		Delete     deviceDeleteCommand     `cmd:"" help:"Forget a device."`
		Export     deviceExportCommand     `cmd:"" help:"Export all devices that match (CSV)."`
	} `cmd:"" help:"Ask a console: registered devices."`
	User struct {
		List    userListCommand    `cmd:"" help:"List users."`
		Show    userShowCommand    `cmd:"" help:"Show one user."`
		Add     userAddCommand     `cmd:"" help:"Make a user."`
		Disable userDisableCommand `cmd:"" help:"Refuse every account of a user."`
		Enable  userEnableCommand  `cmd:"" help:"Judge the accounts of a user like all others again."`
		Export  userExportCommand  `cmd:"" help:"Export all users that match (CSV)."`
	} `cmd:"" help:"Ask a console: users."`
	Override struct {
		List overrideListCommand `cmd:"" help:"List what administrators have allowed or blocked, and what that masks."`
	} `cmd:"" help:"Ask a console: overrides in force."`
	Approval struct {
		List     approvalListCommand     `cmd:"" help:"List pairs that are let through before their first contact."`
		Add      approvalAddCommand      `cmd:"" help:"Let an account on a device through before its first contact."`
		Withdraw approvalWithdrawCommand `cmd:"" help:"Take an approval back."`
	} `cmd:"" help:"Ask a console: approvals."`
	Policy struct {
		List    policyListCommand    `cmd:"" help:"List the ActiveSync policies."`
		Show    policyShowCommand    `cmd:"" help:"Show one policy, and what phones have answered to it."`
		Assign  policyAssignCommand  `cmd:"" help:"Assign a policy to the phone of a record."`
		Revert  policyRevertCommand  `cmd:"" help:"Take an assigned policy back."`
		Default policyDefaultCommand `cmd:"" help:"Make a policy that of every phone that none is assigned to, after saying how many are asked."`
	} `cmd:"" help:"Ask a console: ActiveSync policies."`
	Wipe struct {
		List    wipeListCommand    `cmd:"" help:"List orders to wipe, and how far they are."`
		Show    wipeShowCommand    `cmd:"" help:"Show one order."`
		Order   wipeOrderCommand   `cmd:"" help:"Order a phone wiped, for one record."`
		Cancel  wipeCancelCommand  `cmd:"" help:"Take an order back that the phone has not been told of."`
		Approve wipeApproveCommand `cmd:"" help:"Let the order of another administrator go."`
		Close   wipeCloseCommand   `cmd:"" help:"Give an order up that no phone has acknowledged."`
		Release wipeReleaseCommand `cmd:"" help:"Let a wiped record go again."`
	} `cmd:"" help:"Ask a console: wipes."`
	Rule struct {
		List    ruleListCommand    `cmd:"" help:"List the blocking rules."`
		Show    ruleShowCommand    `cmd:"" help:"Show one rule, and how much it holds."`
		Records ruleRecordsCommand `cmd:"" help:"List the records that a rule speaks of."`
		Create  ruleCreateCommand  `cmd:"" help:"Make a rule, after saying what it would do."`
		Change  ruleChangeCommand  `cmd:"" help:"Change what a rule says, after saying what that would do."`
		Enable  ruleEnableCommand  `cmd:"" help:"Put a rule in force."`
		Disable ruleDisableCommand `cmd:"" help:"Take a rule out of force: it lets its records go."`
		Delete  ruleDeleteCommand  `cmd:"" help:"Forget a rule, after saying which records it lets go."`
		Preview rulePreviewCommand `cmd:"" help:"Say what a rule, or a change of one, would do, and do nothing."`
		Confirm ruleConfirmCommand `cmd:"" help:"Let a rule hold as many records as wait for it, after naming them."`
	} `cmd:"" help:"Ask a console: blocking rules."`
	Quarantine struct {
		List      quarantineListCommand    `cmd:"" help:"List the records in quarantine."`
		Release   quarantineReleaseCommand `cmd:"" help:"Let a record out of quarantine."`
		HoldAgain quarantineHoldCommand    `cmd:"" name:"hold-again" help:"Take a release back."`
	} `cmd:"" help:"Ask a console: quarantine."`
	Job struct {
		Start  jobStartCommand  `cmd:"" help:"Do one verb to many records, after saying what it would do."`
		People jobPeopleCommand `cmd:"" help:"Do one verb to many devices or users, after saying what it would do."`
		List   jobListCommand   `cmd:"" help:"List the newest jobs."`
		Show   jobShowCommand   `cmd:"" help:"Show what came of each record of a job."`
		Cancel jobCancelCommand `cmd:"" help:"Stop a job before its next records."`
		Undo   jobUndoCommand   `cmd:"" help:"Take back what a job has done, with a job of its own."`
	} `cmd:"" help:"Ask a console: jobs."`
	Account struct {
		Aliases aliasListCommand    `cmd:"" help:"List names that are other names of accounts."`
		Merge   accountMergeCommand `cmd:"" help:"Make a name another name of an account, after saying what becomes of each record."`
		Split   accountSplitCommand `cmd:"" help:"Make a name an account of its own again."`
	} `cmd:"" help:"Ask a console: two names that are one account."`
	Import struct {
		Start importStartCommand `cmd:"" help:"Send a CSV file and have it checked, which changes nothing."`
		List  importListCommand  `cmd:"" help:"List the newest imports."`
		Show  importShowCommand  `cmd:"" help:"Show how far an import is, and what it would do."`
		Lines importLinesCommand `cmd:"" help:"List what comes, or came, of each line."`
		Run   importRunCommand   `cmd:"" help:"Carry out a checked import."`
		Undo  importUndoCommand  `cmd:"" help:"Take an import back."`
	} `cmd:"" help:"Ask a console: files that are brought in."`
	Expected struct {
		List expectedListCommand `cmd:"" help:"List the phones that the mail server knows, and which have come."`
	} `cmd:"" help:"Ask a console: phones that are yet to come."`
	Setting struct {
		Show settingShowCommand `cmd:"" help:"Show a setting."`
		Set  settingSetCommand  `cmd:"" help:"Change some fields of a setting."`
	} `cmd:"" help:"Ask a console: preferences and settings."`
	Task struct {
		Show taskShowCommand `cmd:"" help:"Show what came of the last backup or purge."`
		Run  taskRunCommand  `cmd:"" help:"Have a backup written, or what is over its time removed."`
	} `cmd:"" help:"Ask a console: work that is done now and then."`
	Event struct {
		Follow eventFollowCommand `cmd:"" help:"Print changes as they happen."`
	} `cmd:"" help:"Ask a console: changes."`
	Audit struct {
		List auditListCommand `cmd:"" help:"List who has done what."`
	} `cmd:"" help:"Ask a console: the audit log."`
	Administrator struct {
		List    administratorListCommand    `cmd:"" help:"List those who may sign in."`
		Invite  administratorInviteCommand  `cmd:"" help:"Make an administrator, with a link for choosing a password."`
		Rights  administratorRightsCommand  `cmd:"" help:"Give another role or other groups."`
		Link    administratorLinkCommand    `cmd:"" help:"Take the password away, and give a link for choosing another."`
		Factor  administratorFactorCommand  `cmd:"" help:"Remove one-time code, recovery codes and passkeys."`
		SignOut administratorSignOutCommand `cmd:"" help:"End every session of somebody."`
		Disable administratorDisableCommand `cmd:"" help:"Keep somebody from signing in."`
		Enable  administratorEnableCommand  `cmd:"" help:"Let somebody sign in again."`
		Delete  administratorDeleteCommand  `cmd:"" help:"Remove somebody, with tokens and passkeys."`
	} `cmd:"" help:"Ask a console: those who may sign in."`
	Session struct {
		List sessionListCommand `cmd:"" help:"List where administrators are signed in."`
		End  sessionEndCommand  `cmd:"" help:"End a session at once."`
	} `cmd:"" help:"Ask a console: sessions."`
	Token struct {
		Show   tokenShowCommand   `cmd:"" help:"Show whom your token acts for, and what it may do."`
		List   tokenListCommand   `cmd:"" help:"List the API tokens."`
		Revoke tokenRevokeCommand `cmd:"" help:"End a token at once."`
	} `cmd:"" help:"Ask a console: API tokens."`
	Freeze   freezeCommand   `cmd:"" help:"Ask a console to hold all destructive orders at once."`
	Unfreeze unfreezeCommand `cmd:"" help:"Ask a console to let destructive orders go again."`
	Search   searchCommand   `cmd:"" help:"Ask a console what is the matter with a user, phone or record."`
	Undo     undoCommand     `cmd:"" help:"Take back what a command has done."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
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
	var asked *clientError
	switch {
	case err == nil || errors.Is(err, context.Canceled):
		return 0
	case errors.As(err, &bad):
		fmt.Fprintln(stderr, bad)
		return exitConfig
	case errors.As(err, &asked):
		fmt.Fprintln(stderr, "vedette:", asked.text)
		return asked.code
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
