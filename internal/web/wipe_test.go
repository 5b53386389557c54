// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/test/browser"
)

// enforced is a console in which somebody can be wiped: shadow mode is off.
func enforced(t *testing.T) (*browser.Console, []access.AssociationID, *visitor) {
	t.Helper()
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	c.Settle(t)
	return c, ids, v
}

// ordered orders a wipe by its dialog.
func ordered(t *testing.T, v *visitor, id access.AssociationID) *answer {
	t.Helper()
	ask := v.get("/wipes/order/" + string(id)).wants(http.StatusOK)
	return ask.submit(v, "/wipes/order/"+string(id), url.Values{"confirm": {toType(ask)}, "reason": {"left in a taxi"}}).wants(http.StatusOK)
}

// toType is what a wipe's dialog wants to have typed.
func toType(a *answer) string {
	words := a.words(`label[for="ask-confirm"]`)
	return strings.TrimSuffix(strings.TrimPrefix(words, "Type "), " to confirm")
}

// moved writes how far the order of a record has come, as a gateway's report does.
func moved(t *testing.T, c *browser.Console, id access.AssociationID, state access.WipeState) {
	t.Helper()
	list, err := c.Store.WipesOf(t.Context(), id)
	if err != nil || len(list) == 0 {
		t.Fatal(err, len(list))
	}
	err = c.Store.WithTx(t.Context(), func(tx *store.Tx) error {
		w, err := tx.FindWipe(list[0].ID)
		if err != nil {
			return err
		}
		w.State = state
		if state == access.WipeDelivered {
			w.DeliveredAt = c.Now()
		} else {
			w.AnsweredAt = c.Now()
		}
		w.Protocol, w.Addr = "16.1", "192.0.2.7"
		return tx.SaveWipe(w)
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
}

// A-15 A-19
func TestAWipeSaysWhatItWouldDoAndWantsTheAccountTyped(t *testing.T) {
	_, ids, v := enforced(t)
	path := "/wipes/order/" + string(ids[0])
	ask := v.get(path).wants(http.StatusOK).says("h1", "Wipe this phone?")
	if ask.words(".effect .chip") == "" || len(ask.all(`input[name="kind"]`)) != 2 || toType(ask) == "" {
		t.Errorf("the dialog says %q", ask.words("form.wipe"))
	}
	ask.says("form.wipe", "can be ordered within this hour")
	refused := ask.submit(v, path, url.Values{"confirm": {"somebody else"}, "reason": {"left in a taxi"}}).wants(http.StatusBadRequest)
	refused.says(`[role="alert"]`, "Nothing was ordered")
	if got := refused.words("#ask-reason"); got != "left in a taxi" {
		t.Errorf("the reason is lost: %q", got)
	}
	if got := v.get("/wipes").words("h2"); !strings.Contains(got, "No wipe has ever been ordered") {
		t.Errorf("an order that was not confirmed is listed: %q", got)
	}
}

// A-15 R-2
func TestAnOrderIsFollowedOnThePaneAndCancelledUntilThePhoneIsTold(t *testing.T) {
	c, ids, v := enforced(t)
	pane := "/activesync/" + string(ids[0])
	ordered(t, v, ids[0])
	a := v.get(pane).says(".cat", "Pending").says(".cat", "left in a taxi").says(".cat .buttons", "Cancel wipe")
	if strings.Contains(a.words(".pane .do"), "Wipe") {
		t.Error("a second wipe is offered")
	}
	v.get("/wipes").says("tbody", "Pending").says("tbody .acts", "Cancel wipe")
	cancel := attr(a.all(".cat .buttons a")[0], "href")
	v.get(cancel).wants(http.StatusOK).submit(v, "/wipes/selection/cancel-wipe", nil).wants(http.StatusOK)
	v.get(pane).says(".cat", "Cancelled").says(".cat", "taken back before the phone was told").says(".pane .do", "Wipe")
	moved(t, c, ids[0], access.WipeDelivered) // by a gateway that had not heard of it
	moved(t, c, ids[0], access.WipeCancelled)
	v.get(pane).says(".cat", "Cancelled").says(".cat", "had told the phone, which may have done it")

	ordered(t, v, ids[0])
	moved(t, c, ids[0], access.WipeDelivered)
	told := v.get(pane).says(".cat", "Told to the phone")
	if got := told.words(".cat .buttons"); strings.Contains(got, "Cancel") {
		t.Errorf("after the phone was told: %q", got)
	}
}

// C-07 R-19
func TestAWipedRecordSaysSoAndIsReleased(t *testing.T) {
	c, ids, v := enforced(t)
	pane := "/activesync/" + string(ids[0])
	ordered(t, v, ids[0])
	moved(t, c, ids[0], access.WipeDelivered)
	moved(t, c, ids[0], access.WipeAcknowledged)
	a := v.get(pane).says(".cat", "Acknowledged").says(`td[data-c="sync"]`, "Wiped").says(".cat .buttons", "Release")
	release := attr(a.all(`.cat .buttons a[href*="release-wipe"]`)[0], "href")
	v.get(release).submit(v, "/wipes/selection/release-wipe", nil).wants(http.StatusOK)
	v.get(pane).says(".cat", "Released").says(`td[data-c="sync"]`, "Allowed")
}

//
func TestAnUnverifiedAnswerCanBeClosed(t *testing.T) {
	c, ids, v := enforced(t)
	ordered(t, v, ids[0])
	moved(t, c, ids[0], access.WipeUnverified)
	a := v.get("/activesync/"+string(ids[0])).says(".cat", "Acknowledged, unverified")
	link := attr(a.all(`.cat .buttons a[href*="close-wipe"]`)[0], "href")
	v.get(link).submit(v, "/wipes/selection/close-wipe", nil).wants(http.StatusOK)
	v.get("/wipes").says("tbody", "Closed")
}

// Y-10
func TestWipeSafetyIsSetAndASecondPersonApproves(t *testing.T) {
	c, ids, v := enforced(t)
	v.get("/settings/wipe-safety").wants(http.StatusOK).submit(v, "/settings/wipe-safety", url.Values{"per_hour": {"3"}, "delay": {"15 min"}, "second": {"yes"}, "exempt": {"Board\nLegal"}}).wants(http.StatusOK)
	set := v.get("/settings/wipe-safety").fields("/settings/wipe-safety")
	if set.Get("per_hour") != "3" || set.Get("delay") != "15 min" || set.Get("second") != "yes" || strings.Join(strings.Fields(set.Get("exempt")), " ") != "Board Legal" {
		t.Errorf("kept: %v", set)
	}
	v.get("/wipes/order/"+string(ids[0])).says("form.wipe", "Another administrator has to approve").says("form.wipe", "15 min from now").says("form.wipe", "3 more wipes")
	ordered(t, v, ids[0])
	v.get("/activesync/"+string(ids[0])).says(".cat", "Waits for approval")
	v.get("/").says(".needs", "1 wipe waits for another administrator's approval.")
	if got := v.get("/wipes").words("tbody .acts"); strings.Contains(got, "Approve") {
		t.Error("who has ordered it may approve it")
	}
	if err := c.Login.CreateAdministrator(t.Context(), login.House(), "bert", browser.Password, access.RoleAdministrator); err != nil {
		t.Fatal(err)
	}
	other := newVisitor(t, c)
	other.get("/sign-in").submit(other, "/sign-in", url.Values{"name": {"bert"}, "password": {browser.Password}}).wants(http.StatusOK)
	list := other.get("/wipes").says("tbody .acts", "Approve wipe")
	other.get(attr(list.all(`tbody .acts a[href*="approve-wipe"]`)[0], "href")).submit(other, "/wipes/selection/approve-wipe", nil).wants(http.StatusOK)
	v.get("/wipes").says("tbody", "Pending, delayed")
}

// Y-10
func TestAFreezeIsSaidToEverybodyAndHoldsOrders(t *testing.T) {
	_, ids, v := enforced(t)
	v.get("/settings/wipe-safety").submit(v, "/settings/wipe-safety/freeze", url.Values{"why": {"somebody is wiping at random"}}).wants(http.StatusOK)
	a := v.get("/activesync").says(".banner", "Destructive orders are held by ada : somebody is wiping at random")
	if len(a.all(".banner")) != 1 {
		t.Error("not one banner")
	}
	v.get("/wipes/order/" + string(ids[0])).wants(http.StatusOK)
	page := v.get("/settings/wipe-safety").says(".card", "Held by ada")
	if len(page.all(`form[action="/settings/wipe-safety/freeze"]`)) != 0 {
		t.Error("what is held can be held again")
	}
	page.submit(v, "/settings/wipe-safety/unfreeze", url.Values{"why": {"it was a drill"}}).wants(http.StatusOK)
	if len(v.get("/activesync").all(".banner")) != 0 {
		t.Error("the banner stays")
	}
}

func TestAnOrderOfYesterdayIsANeed(t *testing.T) {
	c, ids, v := enforced(t)
	ordered(t, v, ids[0])
	if got := v.get("/").words(".needs"); strings.Contains(got, "under way") {
		t.Errorf("an order of now is a need: %q", got)
	}
	list, err := c.Store.WipesOf(t.Context(), ids[0])
	if err != nil {
		t.Fatal(err)
	}
	err = c.Store.WithTx(t.Context(), func(tx *store.Tx) error {
		w, err := tx.FindWipe(list[0].ID)
		if err == nil {
			w.At = c.Now().Add(-25 * time.Hour)
			err = tx.SaveWipe(w)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	v.get("/").says(".needs", "1 wipe has been under way for more than a day.")
}

func TestWhoMayNotWipeIsNotOfferedIt(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := as(t, c, access.RoleAuditor)
	a := v.get("/activesync/" + string(ids[0])).wants(http.StatusOK)
	if got := a.words(".pane .do"); strings.Contains(got, "Wipe") || strings.Contains(got, "Assign") {
		t.Errorf("an auditor is offered %q", got)
	}
	v.get("/wipes/order/" + string(ids[0])).wants(http.StatusForbidden)
	v.get("/wipes").wants(http.StatusOK)
}
