// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package easclient_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
)

// A phone meets a server: it learns the versions, accepts the policy, and lists the folders.
func Example() {
	server := eastest.New(eastest.Config{Provision: eastest.ProvisionStrict})
	server.AddUser(eastest.User{Name: "ana", Password: "secret"})
	web := httptest.NewServer(server)
	defer web.Close()

	ctx := context.Background()
	phone := easclient.Client{URL: web.URL + eas.Path, User: "ana", Password: "secret", DeviceID: "PHONE0001", DeviceType: "Pixel"}
	options, err := phone.Options(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	phone.Version = options.Best()
	if _, err := phone.Provision(ctx, easclient.Device{Model: "Pixel 9"}); err != nil {
		fmt.Println(err)
		return
	}
	folders, err := phone.FolderSync(ctx, "0")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(phone.Version, folders.Added[0].Name)
	// Output: 16.1 Inbox
}
