// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/provision"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// strictPath is in front of the path of a mail server that insists on a policy of its own.
const strictPath = "/strict"

// Keys of that mail server: for acknowledging its policy, and for everything else.
const (
	strictTemporary = "1234567890"
	strictKey       = "2345678901"
)

// strict lets nobody at the mail server who does not have its key.
func strict(inside http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || strings.Contains(r.URL.RawQuery, "Cmd=Ping") {
			inside(w, r)
			return
		}
		if !strings.Contains(r.URL.RawQuery, "Cmd=Provision") {
			if r.Header.Get("X-MS-PolicyKey") != strictKey {
				_, _ = io.Copy(io.Discard, r.Body)
				w.WriteHeader(449)
				return
			}
			inside(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		doc, err := wbxml.Parse(body, wbxml.Limits{Size: 1 << 16, Nodes: 1000})
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		req, err := provision.ParseRequest(doc)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		p := &provision.Policy{Type: req.Type, Status: provision.PolicyOK, Key: strictKey}
		if !req.Acknowledges() {
			p.Key = strictTemporary
			p.Document = provision.Document{"DevicePasswordEnabled": "1", "MinDevicePasswordLength": "8"}.Node(eas.V16_1)
		}
		w.Header().Set("Content-Type", eas.TypeWBXML)
		_, _ = w.Write(wbxml.Marshal(provision.Response{Status: 1, Policy: p}.Node()))
	}
}

// The policies of the bench.
const (
	policyDefault  = "Everybody"
	policyNext     = "Everybody, stricter"
	policyAssigned = "Some"
)

// writePolicies makes the policies in a console's database. The first is the default one; the third is assigned to
// every other device id, so that neither way to a policy is left out.
func writePolicies(dsn string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{DSN: dsn})
	if err != nil {
		return err
	}
	defer s.Close()
	ids := make(map[string]access.PolicyID)
	err = s.WithTx(ctx, func(tx *store.Tx) error {
		for name, length := range map[string]string{policyDefault: "4", policyNext: "6", policyAssigned: "5"} {
			p := store.Policy{By: "bench"}
			p.Name, p.RefreshEvery = name, 24*time.Hour
			p.Settings = []access.PolicySetting{{Element: "DevicePasswordEnabled", Value: "1"}, {Element: "MinDevicePasswordLength", Value: length},
				{Element: "MaxInactivityTimeDeviceLock", Value: "900"}, {Element: "RequireStorageCardEncryption", Value: "1"}}
			if err := tx.CreatePolicy(&p, ""); err != nil {
				return err
			}
			ids[name] = p.ID
		}
		prefs, err := tx.FindPreferences()
		if err != nil {
			return err
		}
		prefs.DefaultPolicy = ids[policyDefault]
		return tx.SavePreferences(prefs.Preferences, prefs.Version, "bench")
	})
	if err != nil {
		return err
	}
	return inBatches(ctx, s, func(tx *store.Tx, i int) error {
		if i%2 == 0 {
			return nil
		}
		_, err := tx.AssignPolicy(deviceName(i), ids[policyAssigned], "bench")
		return err
	})
}
