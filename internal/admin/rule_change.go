// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
)

func rulesToCome() error {
	return access.Unavailable("admin: rules", "This comes with one of the next commits.", nil)
}

// CreateRule makes a blocking rule. Result.ID is the new rule.
func (a *Admin) CreateRule(ctx context.Context, who access.Actor, f RuleForm, act Act) (Result, error) {
	return Result{}, rulesToCome()
}

// ChangeRule replaces what a rule says.
func (a *Admin) ChangeRule(ctx context.Context, who access.Actor, id access.BlockingID, f RuleForm, act Act) (Result, error) {
	return Result{}, rulesToCome()
}

// EnableRule puts a rule in force.
func (a *Admin) EnableRule(ctx context.Context, who access.Actor, id access.BlockingID, act Act) (Result, error) {
	return Result{}, rulesToCome()
}

// DisableRule takes a rule out of force: it lets its records go.
func (a *Admin) DisableRule(ctx context.Context, who access.Actor, id access.BlockingID, act Act) (Result, error) {
	return Result{}, rulesToCome()
}

// DeleteRule forgets a rule: it lets its records go. Result.Undo brings it back.
func (a *Admin) DeleteRule(ctx context.Context, who access.Actor, id access.BlockingID, act Act) (Result, error) {
	return Result{}, rulesToCome()
}

// ConfirmRule lets a rule hold as many records as it speaks of.
func (a *Admin) ConfirmRule(ctx context.Context, who access.Actor, id access.BlockingID, number int64, act Act) (Result, error) {
	return Result{}, rulesToCome()
}

// PreviewRule says what a new rule (id empty) or a change of one would do now.
func (a *Admin) PreviewRule(ctx context.Context, who access.Actor, id access.BlockingID, f RuleForm) (RulePreview, error) {
	return RulePreview{}, rulesToCome()
}

// PreviewConfirmRule says what ConfirmRule would do now.
func (a *Admin) PreviewConfirmRule(ctx context.Context, who access.Actor, id access.BlockingID) (RulePreview, error) {
	return RulePreview{}, rulesToCome()
}

// PreviewDeleteRule says what DeleteRule would do now.
func (a *Admin) PreviewDeleteRule(ctx context.Context, who access.Actor, id access.BlockingID) (RulePreview, error) {
	return RulePreview{}, rulesToCome()
}

// ListRules gives all blocking rules, in the order in which they speak.
func (a *Admin) ListRules(ctx context.Context, who access.Actor) ([]RuleRow, error) {
	return nil, rulesToCome()
}

// RulesWaiting gives the rules that wait for a person, to whom may confirm them; to others none.
func (a *Admin) RulesWaiting(ctx context.Context, who access.Actor) ([]RuleRow, error) {
	return nil, rulesToCome()
}

// FindRule gives one rule.
func (a *Admin) FindRule(ctx context.Context, who access.Actor, id access.BlockingID) (RuleDetails, error) {
	return RuleDetails{}, rulesToCome()
}

// ListRuled gives a page of the records that a rule, or the quarantine, speaks of.
func (a *Admin) ListRuled(ctx context.Context, who access.Actor, q RuledQuery) (RuledPage, error) {
	return RuledPage{}, rulesToCome()
}

// CountQuarantine counts the records that quarantine holds, of those one may see.
func (a *Admin) CountQuarantine(ctx context.Context, who access.Actor) (int64, error) {
	return 0, rulesToCome()
}

// ReleaseRecord lets a record out of the quarantine of one rule, or (rule empty) of every one that holds it.
func (a *Admin) ReleaseRecord(ctx context.Context, who access.Actor, id access.AssociationID, rule access.BlockingID, act Act) (Result, error) {
	return Result{}, rulesToCome()
}

// HoldAgain takes a release back.
func (a *Admin) HoldAgain(ctx context.Context, who access.Actor, id access.AssociationID, rule access.BlockingID, act Act) (Result, error) {
	return Result{}, rulesToCome()
}
